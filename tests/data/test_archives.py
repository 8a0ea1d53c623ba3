"""A zip archive is unpacked where nobody sees it, and refused where that would be a risk."""

from __future__ import annotations

import gc
import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from charmlp.data import archives, open_source
from charmlp.errors import DataError
from tests.data.making import make_image, make_list
from tests.sampling import in_full


class Named(zipfile.ZipInfo):
    """An entry whose name is written in bytes, as old programs do that do not say in which encoding."""

    raw = b""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, self.flag_bits & ~0x800


def make_zip(path: Path, content: Mapping[bytes, bytes], mode: int = 0o100644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (name, data) in enumerate(content.items()):
            entry = Named(str(number))
            entry.raw, entry.external_attr, entry.compress_type = name, mode << 16, zipfile.ZIP_DEFLATED
            packed.writestr(entry, data)
    return path


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    return make_image(tmp_path / "a.png").read_bytes()


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which archives are unpacked here; empty again at the end of each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize(
    ("encoding", "names", "classes"),
    [
        ("utf-8", ["甲/0.png", "乙/0.png"], ("乙", "甲")),
        ("gbk", ["甲/0.png", "乙/0.png"], ("乙", "甲")),
        in_full(("cp437", ["é/0.png", "ü/0.png"], ("é", "ü"))),
        in_full(("ascii", ["x/train/images/a/0.png", "x/train/images/bb/0.png"], ("a", "bb"))),
        ("ascii", ["x\\a\\0.png", "x\\bb\\0.png"], ("a", "bb")),
    ],
)
def test_folders_in_an_archive(
    tmp_path: Path, temporary: Path, picture: bytes, encoding: str, names: list[str], classes: tuple[str, ...]
) -> None:
    file = make_zip(tmp_path / "letters.zip", {name.encode(encoding): picture for name in names})
    source = open_source(file)
    assert source.classes == classes and source.splits == {"train": 2}
    assert len(source.load("train", (3, 2))) == 2
    assert list(temporary.iterdir())
    del source
    gc.collect()
    assert not list(temporary.iterdir())


def test_lists_in_an_archive(tmp_path: Path, picture: bytes) -> None:
    names = make_list(tmp_path / "x.json", {"0.png": "A", "1.png": "B"}).read_bytes()
    content = {b"train.json": names, b"images/0.png": picture, b"images/1.png": picture}
    source = open_source(make_zip(tmp_path / "letters.ZIP", content))
    assert source.describe() == "2 training images in 26 classes, lists in letters.ZIP/"


@pytest.mark.parametrize(
    ("name", "mode", "words"),
    [
        (b"../B/0.png", 0o100644, '"../B/0.png": leads out of the archive'),
        (b"..\\B\\0.png", 0o100644, "leads out of the archive"),
        (b"/B/0.png", 0o100644, "leads out of the archive"),
        (b"C:\\B\\0.png", 0o100644, "leads out of the archive"),
        (b"B/\x1b.png", 0o100644, "no file may have such a name"),
        (b"B/0.png", 0o120777, "a link or a device; unpack it yourself and give the folder"),
    ],
)
def test_names_that_are_refused(
    tmp_path: Path, temporary: Path, picture: bytes, name: bytes, mode: int, words: str
) -> None:
    file = make_zip(tmp_path / "letters.zip", {name: picture}, mode)
    with pytest.raises(DataError) as caught:
        open_source(file)
    assert words in str(caught.value) and str(caught.value).isprintable()
    assert not list(temporary.iterdir())


def test_what_is_too_large(tmp_path: Path, picture: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = make_zip(tmp_path / "zeros.zip", {b"A/0.png": bytes(2**20)})
    monkeypatch.setattr(archives, "FEW_BYTES", 2**10)
    with pytest.raises(DataError, match=r"zeros.zip: 1 MB when unpacked, 9\d\d times its own size"):
        open_source(zeros)
    monkeypatch.setattr(archives, "MOST_BYTES", 2**19)
    with pytest.raises(DataError, match="1 MB when unpacked; at most 0 GB are unpacked"):
        open_source(zeros)
    monkeypatch.setattr(archives, "MOST_FILES", 1)
    with pytest.raises(DataError, match="2 files; at most 1 are unpacked"):
        open_source(make_zip(tmp_path / "two.zip", {b"A/0.png": picture, b"B/0.png": picture}))


def test_what_is_no_archive_or_a_damaged_one(tmp_path: Path, temporary: Path, picture: bytes) -> None:
    whole = make_zip(tmp_path / "whole.zip", {b"A/0.png": picture, b"B/0.png": picture}).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        inside = packed.infolist()[1].header_offset + 45
    for content in (b"", b"hello", whole[:-30], whole[:inside] + b"\xff\xff" + whole[inside + 2 :]):
        (tmp_path / "bad.zip").write_bytes(content)
        with pytest.raises(DataError, match=r"bad.zip: not a zip archive, or a damaged one"):
            open_source(tmp_path / "bad.zip")
    assert not list(temporary.iterdir())


def test_an_archive_of_nothing_known(tmp_path: Path, temporary: Path, picture: bytes) -> None:
    with pytest.raises(DataError, match="unknown layout"):
        open_source(make_zip(tmp_path / "letters.zip", {b"0.png": picture}))
    assert not list(temporary.iterdir())
