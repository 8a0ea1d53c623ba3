"""Images that mean harm: little memory, little time, one line each."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from charmlp.images import MAX_PIXELS, costs
from charmlp.images.costs import MAX_READS, count_scans
from tests.images.making import chunk, header, letter, outcome, png, refusal, saved, seeds, tiff

SEEDS = seeds()
PIXELS = np.asarray(letter((7, 9)))
END = chunk(b"IEND", b"")


def gif_of(width: int, height: int, frame: tuple[int, int, int, int]) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    return screen + b"," + struct.pack("<4HB", *frame, 0) + b"\x08\x01\0\0;"


def tiff_of(width: int, height: int, *more: tuple[int, int, int, bytes]) -> bytes:
    long = struct.Struct("<I").pack
    tags = [(256, 4, 1, long(width)), (257, 4, 1, long(height)), (258, 3, 1, long(8)), (262, 3, 1, long(1)),
            (273, 4, 1, long(8)), (278, 4, 1, long(height)), (279, 4, 1, long(100))]  # fmt: skip
    return tiff(sorted({number: (number, *rest) for number, *rest in (*tags, *more)}.values()), bytes(100))


BOMBS: dict[str, bytes] = {
    "png": header(10_000, 5_001) + chunk(b"IDAT", zlib.compress(bytes(1000))) + END,
    "png of all widths": header(2**31 - 1, 2**31 - 1, 16, 6) + chunk(b"IDAT", b"") + END,
    "png of 16 bits": header(10_000, 5_000, 16, 6) + chunk(b"IDAT", zlib.compress(bytes(9))) + END,
    "bmp": b"BM" + struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 54, 40, 50_001, 1000, 1, 24, 0, 0, 0, 0, 0, 0),
    "bmp of runs": b"BM"
    + struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 1078, 40, 2000, 1000, 1, 8, 1, 0, 0, 0, 0, 0)
    + bytes(range(256)) * 4,
    "gif": gif_of(65535, 65535, (0, 0, 1, 1)),
    "gif whose frame is larger": gif_of(1, 1, (0, 0, 65535, 65535)),
    "gif whose frame is a little larger": gif_of(1, 1, (0, 0, 10_000, 10_000)),
    "webp": b"RIFF\0\1\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\0" + bytes(200),
    "webp lossless": b"RIFF\0\1\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xff\xff\x0f" + bytes(200),
    "webp lossy": b"RIFF\0\1\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(200),
    "tiff": tiff_of(2**31, 2**31),
    "tiff in one piece": tiff_of(5000, 5000, (259, 3, 1, b"\x08\0\0\0"), (277, 3, 1, b"\1\0\0\0"),
                                 (322, 4, 1, struct.pack("<I", 2**17)),
                                 (323, 4, 1, struct.pack("<I", 2**14))),
    "ppm": b"P6 50001 1000 255\n",
    "ppm in words": b"P3 2000 1000 255\n" + b"1 " * 1000,
    "ppm of all digits": b"P6 9999999999 9999999999 255\n",
}  # fmt: skip


class TestBombs:
    @pytest.mark.parametrize("kind", BOMBS)
    def test_a_header_that_promises_too_much(self, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def never(*_: object) -> None:
            raise AssertionError("decoded")

        monkeypatch.setattr(Image.core, "new", never)
        monkeypatch.setattr(Image.core, "fill", never)
        message = refusal(BOMBS[kind])
        assert "at most" in message or "more pixels than" in message, message

    def test_the_limit_itself(self) -> None:
        flat = zlib.compress(bytes(625 * 8000 + 8000), 1)
        data = header(MAX_PIXELS // 10_000, 10_000, 1) + chunk(b"IDAT", flat) + END
        assert outcome(data) == "read"
        assert "at most 50 million" in refusal(
            header(MAX_PIXELS // 10_000 + 1, 10_000, 1) + chunk(b"IDAT", b"")
        )

    def test_a_jpeg_of_many_scans(self) -> None:
        data = saved(Image.new("RGB", (64, 64), "red"), "JPEG", progressive=True)
        last = data.rindex(b"\xff\xda")
        assert outcome(data[:-2] + data[last:-2] * 20 + data[-2:]) == "read"
        assert "more than 40 scans" in refusal(data[:-2] + data[last:-2] * 60 + data[-2:])

    def test_a_large_progressive_jpeg(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(costs, "MAX_PIXELS_IN_SCANS", 1000)
        once, often = (saved(Image.new("L", (64, 64)), "JPEG", progressive=often) for often in (False, True))
        assert outcome(once) == "read" and "a progressive JPEG may have at most" in refusal(often)

    def test_notes_that_hold_a_picture_are_no_scans(self) -> None:
        inner = saved(Image.new("L", (64, 64)), "JPEG", progressive=True)
        data = saved(Image.new("L", (64, 64)), "JPEG", comment=inner)
        assert count_scans_of(data) == 1 and count_scans_of(inner) > 3
        assert count_scans_of(data + inner) == 1


def count_scans_of(data: bytes) -> int:
    file = costs.Metered(io.BytesIO(data), "JPEG")
    JpegImageFile(file)  # type: ignore[arg-type]
    return count_scans(file)


def slow_files() -> dict[str, Callable[[], bytes]]:
    """Files over which a reader loops, each piece of which is worth nothing."""
    many = 2 * MAX_READS
    rational = (282, 5, 10**6, struct.pack("<I", 200))
    words = b" ".join([b"7"] * 63)
    return {
        "png of empty chunks": lambda: header(7, 9) + chunk(b"prIv", b"") * many + chunk(b"IDAT", b"") + END,
        "png in single bytes": lambda: header(7, 9) + chunk(b"IDAT", b"\0") * many + END,
        "png with chunks behind": lambda: png(PIXELS, after=[chunk(b"prIv", b"")] * many),
        "jpeg with junk": lambda: b"\xff\xd8\xff\xe0\0\x02" + bytes(5 * 10**6) + SEEDS["JPEG"][2:],
        "jpeg with notes": lambda: b"\xff\xd8" + (b"\xff\xe1\xff\xffExif\0\0" + bytes(65527)) * 600,
        "gif with remarks": lambda: b"GIF89a\1\0\1\0\0\0\0" + (b"!\xfe\x01a\0") * many + b",",
        "ppm with blanks": lambda: b"P6" + b" " * 5 * 10**6 + b"1 1 255 123",
        "ppm with remarks": lambda: b"P2 7 9 255 " + b"#\n" * 10**6 + words,
        "ppm with remarks only": lambda: b"P2 " + b"#\n" * 10**6,
        "bmp of line ends": lambda: (
            b"BM"
            + struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 1078, 40, 10, 10, 1, 8, 1, 0, 0, 0, 0, 0)
            + bytes(range(256)) * 4
            + bytes(5 * 10**6)
        ),
        "tiff of a million fractions": lambda: tiff_of(7, 9, rational) + b"\1\0\0\0" * 2 * 10**6,
    }


class TestSlow:
    @pytest.mark.parametrize("kind", slow_files())
    def test_a_reader_s_patience_ends(self, kind: str) -> None:
        """Some are read, some refused; none by far takes the minutes that Pillow alone would take."""
        data = slow_files()[kind]()
        thread = threading.Thread(target=outcome, args=(data,), daemon=True)
        thread.start()
        thread.join(60)
        assert not thread.is_alive(), f"{kind}: still reading after a minute"

    def test_many_small_pieces_are_named(self) -> None:
        assert refusal(slow_files()["png of empty chunks"]()).endswith(
            "small pieces, as no ordinary program writes them"
        )
        assert refusal(slow_files()["png in single bytes"]()).endswith(
            "small pieces, as no ordinary program writes them"
        )

    def test_notes_before_the_pixels(self) -> None:
        notes = [chunk(b"prIv", bytes(2**20))] * 20
        assert refusal(png(PIXELS, more=notes)).endswith("has more than 16 MB of notes before its pixels")
        assert outcome(png(PIXELS, more=notes[:8])) == "read"

    def test_text_that_unpacks_to_gigabytes(self) -> None:
        bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**27), 9))
        assert outcome(png(PIXELS, more=[bomb])) == "refused"
        profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(2**27), 9))
        assert outcome(png(PIXELS, more=[profile])) == "refused"


MEASURE = """
import re, sys
from charmlp.images import read_grey
most = lambda: int(re.search("VmHWM: *\\t* *([0-9]+)", open("/proc/self/status").read())[1])
before = most()
read_grey(sys.argv[1], (32, 32))
print(most() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="this system counts memory otherwise")
def test_no_picture_costs_more_than_300_megabytes(tmp_path: Path) -> None:
    """50 megapixels of colour with alpha: 200 MB as Pillow holds them, 50 MB as grey values."""
    path = tmp_path / "large.png"
    rows = zlib.compress(bytes((4 * 10_000 + 1) * 5_000), 1)
    path.write_bytes(header(10_000, 5_000, 8, 6) + chunk(b"IDAT", rows) + END)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    assert 200_000 < int(done.stdout) < 300_000  # kilobytes
