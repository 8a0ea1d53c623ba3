"""Plain JPEG files: Pillow's pixels to the last bit, and nothing read that more care would refuse."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from PIL import Image

from charmlp.errors import ImageError
from charmlp.images import MAX_PIXELS
from charmlp.images.grey import upright
from charmlp.images.jpeg import MOST_SEGMENTS, plain_jpeg
from charmlp.images.opening import open_image
from tests.images.making import exif, saved

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8))
PLAIN = {
    "colour": saved(PICTURE, "JPEG"),
    "grey": saved(PICTURE.convert("L"), "JPEG"),
    "fine": saved(PICTURE, "JPEG", quality=100, subsampling=0),
    "with restarts": saved(PICTURE, "JPEG", restart_marker_blocks=1),
    "with a comment": saved(PICTURE, "JPEG", comment=b"a letter"),
    "with its own tables": saved(PICTURE, "JPEG", optimize=True),
}
BEHIND_THE_FRAME = PLAIN["colour"].index(b"\xff\xc4")


def with_segments(count: int) -> bytes:
    data = PLAIN["colour"]
    return data[:2] + b"\xff\xfe\0\x03a" * count + data[2:]


NOT_PLAIN = {
    "progressive": saved(PICTURE, "JPEG", progressive=True),
    "of inks": saved(PICTURE.convert("CMYK"), "JPEG"),
    "turned": saved(PICTURE, "JPEG", exif=exif(6)),
    "with a profile": saved(PICTURE, "JPEG", icc_profile=b"colours"),
    "of many notes": with_segments(MOST_SEGMENTS),
}


def with_care(data: bytes) -> bytes | None:
    """The grey pixels as `opening.py` reads them; None where it refuses."""
    try:
        with open_image(io.BytesIO(data), "image") as image:
            return upright(image, "image").tobytes()
    except ImageError:
        return None


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_files(kind: str) -> None:
    picture = plain_jpeg(PLAIN[kind], MAX_PIXELS)
    assert picture is not None and picture.convert("L").tobytes() == with_care(PLAIN[kind])


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_others_are_left_to_more_care(kind: str) -> None:
    assert plain_jpeg(NOT_PLAIN[kind], MAX_PIXELS) is None and with_care(NOT_PLAIN[kind]) is not None


def test_a_first_scan_that_leaves_components_out_is_not_plain() -> None:
    """libjpeg would then look for further scans, which cost as much again."""
    data = bytearray(PLAIN["colour"])
    data[data.index(b"\xff\xda") + 4] = 1
    assert plain_jpeg(bytes(data), MAX_PIXELS) is None


def test_the_number_of_pixels_is_looked_at_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_jpeg(PLAIN["grey"], 30 * 40) is not None

    def never(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Image, "frombytes", never)
    assert plain_jpeg(PLAIN["grey"], 30 * 40 - 1) is None


@pytest.mark.parametrize("kind", ["colour", "grey", "with restarts"])
def test_damaged_files_are_read_to_the_same_pixels_or_refused(kind: str) -> None:
    draw = random.Random(kind)
    data = PLAIN[kind]
    damaged = [data[:length] for length in range(0, len(data), 3)]
    for place in range(0, len(data), 2):
        for new in (0, 255, data[place] ^ 1, draw.randrange(256)):
            damaged.append(data[:place] + bytes((new,)) + data[place + 1 :])
    for _ in range(300):
        start, stop = sorted(draw.choices(range(len(data)), k=2))
        damaged.append(data[:start] + data[stop:])
    plain = [(file, picture) for file in damaged if (picture := plain_jpeg(file, MAX_PIXELS)) is not None]
    assert len(damaged) // 3 < len(plain) < len(damaged)
    assert [file for file, picture in plain if picture.convert("L").tobytes() != with_care(file)] == []
