"""Plain PNG files: Pillow's pixels to the last bit, and nothing read that more care would refuse."""

from __future__ import annotations

import random
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from charmlp.images import MAX_PIXELS
from charmlp.images.png import plain_png
from tests.images.making import exif, saved
from tests.images.test_jpeg import with_care

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8))
SMOOTH = Image.fromarray(np.add.outer(np.arange(60), np.arange(50)).astype(np.uint8))  # filtered rows


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def with_chunk(kind: bytes, content: bytes) -> bytes:
    """The grey picture with one more chunk behind its head."""
    data = saved(SMOOTH, "PNG")
    return data[:33] + chunk(kind, content) + data[33:]


def in_pieces() -> bytes:
    """The same, its pixels in several chunks, one of them empty."""
    data = saved(SMOOTH, "PNG")
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    pixels = data[start + 4 : start + 4 + length]
    pieces = (pixels[:7], b"", pixels[7:50], pixels[50:])
    return data[: start - 4] + b"".join(chunk(b"IDAT", piece) for piece in pieces) + chunk(b"IEND", b"")


def with_text(key: str) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text(key, "\nexif\n       8\n4d4d002a00000008")
    return saved(SMOOTH, "PNG", pnginfo=texts)


PLAIN = {
    "colour": saved(PICTURE, "PNG"),
    "grey": saved(PICTURE.convert("L"), "PNG"),
    "smooth": saved(SMOOTH, "PNG", optimize=True),
    "in pieces": in_pieces(),
    "of a size": saved(SMOOTH, "PNG", dpi=(300, 300)),
    "with a date": with_text("date:create"),
}
NOT_PLAIN = {
    "palette": saved(PICTURE.convert("P"), "PNG"),
    "1 bit": saved(PICTURE.convert("1"), "PNG"),
    "16 bits": saved(Image.fromarray(np.arange(1200, dtype=np.uint16).reshape(30, 40)), "PNG"),
    "alpha": saved(PICTURE.convert("RGBA"), "PNG"),
    "transparent": saved(SMOOTH, "PNG", transparency=7),
    "turned": saved(SMOOTH, "PNG", exif=exif(6)),
    "turned by text": with_text("Raw profile type exif"),
    "unknown": with_chunk(b"quIt", b"what"),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_files(kind: str) -> None:
    picture = plain_png(PLAIN[kind], MAX_PIXELS)
    assert picture is not None and picture.convert("L").tobytes() == with_care(PLAIN[kind])


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_others_are_left_to_more_care(kind: str) -> None:
    assert plain_png(NOT_PLAIN[kind], MAX_PIXELS) is None and with_care(NOT_PLAIN[kind]) is not None


def with_head(rows: int) -> bytes:
    """The grey picture of 30 rows, its head saying another number of them."""
    data = PLAIN["grey"]
    return data[:8] + chunk(b"IHDR", data[16:20] + rows.to_bytes(4, "big") + data[24:29]) + data[33:]


@pytest.mark.parametrize("rows", [1, 29, 31, 3000])
def test_a_head_that_lies_is_believed_as_pillow_believes_it(rows: int) -> None:
    picture = plain_png(with_head(rows), MAX_PIXELS)
    assert picture is None or picture.tobytes() == with_care(with_head(rows))


def test_the_number_of_pixels_is_looked_at_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_png(PLAIN["grey"], 30 * 40) is not None

    def never(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Image, "frombytes", never)
    assert plain_png(PLAIN["grey"], 30 * 40 - 1) is None


@pytest.mark.parametrize("kind", ["colour", "smooth", "in pieces"])
def test_damaged_files_are_read_to_the_same_pixels_or_refused(kind: str) -> None:
    draw, data = random.Random(kind), PLAIN[kind]
    damaged = [data[:length] for length in range(0, len(data), 3)]
    for place in range(0, len(data), 2):
        damaged += [data[:place] + bytes((new,)) + data[place + 1 :] for new in (0, data[place] ^ 1)]
    for _ in range(200):
        place = draw.randrange(8, len(data))
        damaged.append(data[:place] + draw.randbytes(3) + data[place + 3 :])
    read = 0
    for some in damaged:
        if (picture := plain_png(some, MAX_PIXELS)) is not None:
            assert picture.convert("L").tobytes() == with_care(some)
            read += 1
    assert read < len(damaged) / 2
