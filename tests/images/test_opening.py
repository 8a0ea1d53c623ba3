"""Files that are no images, or damaged ones: one line each."""

from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.errors import ImageError
from charmlp.images import grey, read_grey
from charmlp.system import files
from tests.images.making import chunk, header, letter, outcome, refusal, saved, seeds

SEEDS = seeds()
PIXELS = np.asarray(letter((7, 9)))
END = chunk(b"IEND", b"")


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
