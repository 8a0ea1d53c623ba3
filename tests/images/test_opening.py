"""Images that are broken, or mean harm: one line each, little memory, little time."""

from __future__ import annotations

import io
import os
import socket
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.errors import ImageError
from charmlp.images import grey, opening, read_grey
from charmlp.images.opening import MAX_PIXELS, MAX_READS, count_scans
from charmlp.system import files
from tests.images.making import chunk, header, letter, png, saved, seeds, tiff

SEEDS = seeds()
PIXELS = np.asarray(letter((7, 9)))
END = chunk(b"IEND", b"")


def refusal(data: bytes | Path) -> str:
    """What is said about an image that is not read; everything that is said is one line with its name."""
    with pytest.raises(ImageError) as caught:
        read_grey(data, (8, 8))
    message = str(caught.value)
    assert message.isprintable() and len(message) < 400, message
    assert message.startswith("image: " if isinstance(data, bytes) else str(data)), message
    assert not any(word in message for word in ("Error", "<_io", "BytesIO", "0x", "PIL", "None")), message
    return message


def outcome(data: bytes) -> str:
    """'read' or 'refused'; anything else is a failure."""
    try:
        assert read_grey(data, (8, 8)).shape == (8, 8)
    except ImageError as error:
        assert str(error).isprintable()
        return "refused"
    return "read"


class TestNoImage:
    @pytest.mark.parametrize(
        ("start", "words"),
        [
            (b"", "the file is empty"),
            (b"\0" * 100, "not an image (JPEG, PNG,"),
            (b"hello", "not an image"),
            (b"\x89PN", "not an image"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "an HEIC photograph; save it as JPEG"),
            (b"\0\0\0\x1cftypavif", "an AVIF picture"),
            (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
            (b"\0\0\1\0\1\0\x10\x10", "a Windows icon"),
            (b"8BPS\0\1", "a Photoshop document"),
            (b"%PDF-1.7\n", "a document (PDF or PostScript)"),
            (b"\n<!DOCTYPE html><html>", "a web page"),
            (b'<?xml version="1.0"?><svg/>', "a drawing or another document in XML"),
            (b"PK\3\4", "an archive"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "fetch it with 'git lfs pull'"),
        ],
    )
    def test_other_kinds_are_named(self, start: bytes, words: str) -> None:
        assert words in refusal(start)

    def test_the_content_counts_and_not_the_name(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.jpg"
        path.write_bytes(SEEDS["PNG"])
        assert np.array_equal(read_grey(path, (8, 8)), read_grey(SEEDS["PNG"], (8, 8)))
        path.write_text("a letter")
        assert refusal(path).endswith("not an image (JPEG, PNG, WebP, BMP, TIFF, GIF, PPM are read)")

    def test_no_file(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "a.png").endswith("no such file; an image is expected there")
        (tmp_path / "b.png").write_bytes(b"")
        assert "no such file" in refusal(tmp_path / "b.png" / "c.png")
        assert refusal(tmp_path).endswith("a folder; an image is expected")

    @pytest.mark.parametrize("name", ["a\0b.png", "a" * 5000 + ".png", "\ud800.png", "\x1b[2J.png"])
    def test_names_that_are_no_names(self, name: str) -> None:
        with pytest.raises(ImageError) as caught:
            read_grey(name, (8, 8))
        assert str(caught.value).isprintable() and len(str(caught.value)) < 300

    @pytest.mark.skipif(sys.platform == "win32", reason="this system has no such files")
    def test_pipes_devices_and_sockets_are_not_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.mkfifo(tmp_path / "pipe.png")
        assert refusal(tmp_path / "pipe.png").endswith(
            "not a file but a pipe, a device or a socket; an image is expected"
        )
        for device in ("/dev/zero", "/dev/null"):
            assert "not a file but a pipe, a device" in refusal(Path(device))
        with socket.socket(socket.AF_UNIX) as server:
            monkeypatch.chdir(tmp_path)  # a socket's path may have some 100 characters
            server.bind("socket.png")
            assert "a socket" in refusal(Path("socket.png"))
        (tmp_path / "loop.png").symlink_to("loop.png")
        assert "cannot be read" in refusal(tmp_path / "loop.png")

    @pytest.mark.skipif(sys.platform == "win32", reason="this system has no named pipes")
    def test_a_pipe_that_takes_the_file_s_place_does_not_hold_us_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.png"
        os.mkfifo(path)
        monkeypatch.setattr(files, "check_regular", lambda *_: 0)  # the file was there when it was looked at
        assert "a pipe" in refusal(path)

    def test_a_disk_that_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Failing(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                raise OSError(5, "Input/output error")

        monkeypatch.setattr(grey, "open_regular", lambda *_: Failing())
        assert refusal(tmp_path / "a.png").endswith("cannot be read: Input/output error")

    @pytest.mark.skipif(getattr(os, "getuid", int)() == 0, reason="this system: root may read everything")
    def test_a_file_that_may_not_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").touch(0o000)
        assert refusal(tmp_path / "a.png").endswith("cannot be read: Permission denied")


class TestDamaged:
    @pytest.mark.parametrize("kind", SEEDS)
    def test_cut_off_at_every_offset(self, kind: str) -> None:
        data = SEEDS[kind]
        outcomes = [outcome(data[:length]) for length in range(len(data))]
        assert outcomes[0] == "refused" and outcomes.count("refused") > len(data) // 3
        assert outcome(data) == "read"

    @pytest.mark.parametrize("kind", SEEDS)
    def test_every_byte_changed(self, kind: str) -> None:
        data = SEEDS[kind]
        for place in range(len(data)):
            for new in (0, 255, data[place] ^ 1):
                outcome(data[:place] + bytes((new,)) + data[place + 1 :])

    @pytest.mark.parametrize("place", range(4))
    def test_a_wrong_checksum(self, place: int) -> None:
        data = bytearray(SEEDS["PNG"])
        data[data.index(b"IHDR") + 17 + place] ^= 1
        assert "a PNG file that is damaged" in refusal(bytes(data))

    def test_a_wrong_checksum_of_pixels(self) -> None:
        data = SEEDS["PNG"]
        end = data.index(b"IDAT") + 4 + int.from_bytes(data[data.index(b"IDAT") - 4 :][:4], "big")
        for place in range(data.index(b"IDAT") + 4, end + 4):
            assert "a PNG file that is damaged" in refusal(
                data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
            )

    def test_half_a_picture(self) -> None:
        data = saved(Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8)), "JPEG")
        assert refusal(data[: len(data) // 2]).endswith("damaged or cut off: its pixels cannot be decoded")

    def test_zeros_behind_a_header(self) -> None:
        assert "pixels cannot be decoded" in refusal(header(9, 9) + chunk(b"IDAT", bytes(100)) + END)
        assert "a PNG file that is damaged" in refusal(header(9, 9) + bytes(1000))


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
        monkeypatch.setattr(opening, "MAX_PIXELS_IN_SCANS", 1000)
        once, often = (saved(Image.new("L", (64, 64)), "JPEG", progressive=often) for often in (False, True))
        assert outcome(once) == "read" and "a progressive JPEG may have at most" in refusal(often)

    def test_notes_that_hold_a_picture_are_no_scans(self) -> None:
        inner = saved(Image.new("L", (64, 64)), "JPEG", progressive=True)
        data = saved(Image.new("L", (64, 64)), "JPEG", comment=inner)
        assert count_scans_of(data) == 1 and count_scans_of(inner) > 3
        assert count_scans_of(data + inner) == 1


def count_scans_of(data: bytes) -> int:
    file = opening.Metered(io.BytesIO(data))
    opening.JpegImageFile(file)  # type: ignore[arg-type]
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


ODD_TIFF = tiff_of(7, 9, (282, 5, 1, struct.pack("<I", 10**9)), (305, 2, 2**20, struct.pack("<I", 9)))
MEASURE = """
import re, sys
from charmlp.images import read_grey
most = lambda: int(re.search("VmHWM: *\\t* *([0-9]+)", open("/proc/self/status").read())[1])
before = most()
read_grey(sys.argv[1], (32, 32))
print(most() - before)
"""


class TestQuiet:
    def test_odd_notes_are_no_matter(self, tmp_path: Path) -> None:
        path = tmp_path / "odd.tif"
        path.write_bytes(ODD_TIFF)
        with pytest.warns(UserWarning):
            Image.open(path).load()
        code = f"from charmlp.images import read_grey; read_grey({str(path)!r}, (3, 3))"
        for flags in ([], ["-W", "error"], ["-W", "always"]):
            done = subprocess.run(
                [sys.executable, *flags, "-c", code], capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_others_still_hear_pillow(self, tmp_path: Path) -> None:
        read_grey(SEEDS["TIFF"], (3, 3))
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            Image.open(io.BytesIO(ODD_TIFF)).load()
        assert heard

    @pytest.mark.skipif(sys.platform == "win32", reason="this system hides Pillow's libtiff")
    def test_libtiff_does_not_talk_to_the_terminal(self, capfd: pytest.CaptureFixture[str]) -> None:
        data = SEEDS["TIFF deflate"]
        for place in range(8, len(data)):
            outcome(data[:place] + b"\xff" + data[place + 1 :])
        assert capfd.readouterr() == ("", "")


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
