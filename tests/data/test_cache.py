"""Decoded images, kept and found again, and never the wrong ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.config import View
from charmlp.data import open_source, source
from charmlp.errors import DataError
from charmlp.system.files import cache_folder
from tests.data.making import make_image, make_list

SIZE = (4, 5)


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Eight images of two classes."""
    for index in range(8):
        folder = tmp_path / "letters" / "train" / "AB"[index % 2]
        folder.mkdir(parents=True, exist_ok=True)
        make_image(folder / f"{index}.png", 20 * index)
    return tmp_path / "letters"


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images each call of `decode_images` was given."""
    calls: list[int] = []
    decode_images = source.decode_images

    def counting(pictures, names, *arguments, **options):  # type: ignore[no-untyped-def]
        calls.append(len(names))
        return decode_images(pictures, names, *arguments, **options)

    monkeypatch.setattr(source, "decode_images", counting)
    return calls


def load(letters: Path, *, cache: bool = True) -> NDArray[np.uint8]:
    return open_source(letters, cache=cache).load("train", SIZE).images


def kept_files() -> list[Path]:
    folder = cache_folder() / "images"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_the_second_run_decodes_nothing_and_sees_the_same(letters: Path, decoded: list[int]) -> None:
    first = load(letters)
    count = len(decoded)
    second = load(letters)
    assert len(decoded) == count == 1
    assert np.array_equal(first, second) and second.dtype == np.uint8
    assert [path.suffix for path in kept_files()] == [".kept"]


def test_without_the_cache_nothing_is_kept_and_nothing_is_found(letters: Path, decoded: list[int]) -> None:
    load(letters, cache=False)
    assert kept_files() == []
    load(letters)
    load(letters, cache=False)
    assert len(decoded) == 3


def an_image(letters: Path) -> Path:
    """One that is in the training set whatever is held out."""
    names = open_source(letters, cache=False).load("train", SIZE).names
    return next(path for path in letters.rglob("*.png") if path.as_posix().endswith(names[0]))


def test_a_changed_image_is_decoded_again(letters: Path, decoded: list[int]) -> None:
    path = an_image(letters)
    decoded.clear()
    before = load(letters)
    make_image(path, 255)
    os.utime(path, ns=(1, 1))  # a copy may have any time
    after = load(letters)
    assert len(decoded) == 2 and not np.array_equal(before, after)
    assert np.array_equal(after, load(letters, cache=False))


def test_another_view_is_another_file(letters: Path, decoded: list[int]) -> None:
    for view in (View(), View("auto"), View(ground="white"), View("auto")):
        open_source(letters).load("train", SIZE, view=view)
    assert len(kept_files()) == len(decoded) == 3


def test_another_size_is_another_file(letters: Path) -> None:
    load(letters)
    assert open_source(letters).load("train", (5, 4)).images.shape[1:] == (5, 4)
    assert len(kept_files()) == 2


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "folder"])
def test_a_damaged_file_is_ignored_and_made_again(letters: Path, decoded: list[int], damage: str) -> None:
    right = load(letters)
    (file,) = kept_files()
    content = bytearray(file.read_bytes())
    file.unlink()
    content[-3] ^= 1
    if damage == "folder":
        file.mkdir()
    else:
        file.write_bytes({"cut": content[:-1], "bit": content, "empty": b""}[damage])
    assert np.array_equal(load(letters), right)
    if damage != "folder":
        load(letters)
    assert len(decoded) == 2


def test_unreadable_images_are_met_again_every_time(letters: Path, decoded: list[int]) -> None:
    an_image(letters).write_bytes(b"no picture")
    source = open_source(letters)
    decoded.clear()
    for _ in range(2):
        with pytest.raises(DataError, match="cannot be read"):
            source.load("train", SIZE)
        assert len(source.load("train", SIZE, skip_bad=True).skipped) == 1
    assert len(decoded) == 4 and kept_files() == []


def test_a_folder_that_cannot_be_written_to_costs_nothing(
    letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CHARMLP_CACHE", str(tmp_path / "file" / "below"))
    assert len(load(letters)) == len(load(letters, cache=False))


class TestArchives:
    """A zip archive is unpacked for each run, but its images are decoded once."""

    @staticmethod
    def packed(letters: Path, name: str = "letters") -> Path:
        return Path(shutil.make_archive(str(letters.parent / name), "zip", letters))

    def test_they_are_decoded_once(self, letters: Path, decoded: list[int]) -> None:
        archive = self.packed(letters)
        first = load(archive)
        assert np.array_equal(load(archive), first) and len(decoded) == len(kept_files()) == 1

    @pytest.mark.parametrize("change", ["content", "time", "name"])
    def test_another_archive_is_decoded_anew(self, letters: Path, decoded: list[int], change: str) -> None:
        archive = self.packed(letters)
        before = load(archive)
        if change == "content":
            make_image(an_image(letters), 255)
            decoded.clear()
        archive = self.packed(letters, "others" if change == "name" else "letters")
        if change == "time":
            os.utime(archive, ns=(1, 1))
        assert np.array_equal(load(archive), before) == (change != "content")
        assert len(decoded) == (1 if change == "content" else 2)

    def test_images_beside_it_are_known_by_themselves(self, letters: Path, decoded: list[int]) -> None:
        """A list in an archive, its images in a folder."""
        images = letters / "train" / "A"
        (letters.parent / "list").mkdir()
        make_list(letters.parent / "list" / "train.json", {"0.png": "A", "2.png": "B"})
        archive = self.packed(letters.parent / "list")
        for _ in range(2):
            open_source(archive, im_dir=images).load("train", SIZE)
        make_image(images / "0.png", 255)
        make_image(images / "2.png", 255)
        assert (open_source(archive, im_dir=images).load("train", SIZE).images == 255).all()
        assert len(decoded) == 2
