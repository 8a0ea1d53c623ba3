"""Decoded images, kept and found again, and never the wrong ones."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.config import View
from charmlp.data import open_source, source
from charmlp.data.cache import SUFFIX, ImageCache
from charmlp.errors import DataError
from charmlp.system.files import cache_folder
from tests.data.making import make_image

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
    assert [path.suffix for path in kept_files()] == [SUFFIX]


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
    content[3] ^= 1
    if damage == "folder":
        file.mkdir()
    else:
        file.write_bytes({"cut": content[:-1], "bit": content, "empty": b""}[damage])
    assert np.array_equal(load(letters), right)
    if damage != "folder":
        load(letters)
    assert len(decoded) == 2


def test_a_file_that_is_cut_while_its_images_are_in_use_takes_nothing_away(tmp_path: Path) -> None:
    cache, file = ImageCache(tmp_path), tmp_path / f"a{SUFFIX}"
    images = np.ones((10, 100, 100), np.uint8)
    cache.store(file, images)
    found = cache.find(file, images.shape)
    os.truncate(file, 0)
    assert found is not None and np.array_equal(found, images)  # a mapped one ends the process: SIGBUS


def test_unreadable_images_are_met_again_every_time(letters: Path, decoded: list[int]) -> None:
    an_image(letters).write_bytes(b"no picture")
    source = open_source(letters)
    decoded.clear()
    for _ in range(2):
        with pytest.raises(DataError, match="cannot be read"):
            source.load("train", SIZE)
        assert len(source.load("train", SIZE, skip_bad=True).skipped) == 1
    assert len(decoded) == 4 and kept_files() == []


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path, most_bytes=2 * 1004)
    images = np.zeros((1, 10, 100), np.uint8)
    files = [tmp_path / f"{40 * name}{SUFFIX}" for name in "abc"]
    others = [tmp_path / "art.pixels", tmp_path / "film.part"]  # older and large, but not ours
    for other in others:
        other.write_bytes(bytes(5000))
        os.utime(other, ns=(0, 0))
    for number, file in enumerate(files[:2]):
        cache.store(file, images)
        os.utime(file, ns=(number, number))
    assert cache.find(files[0], images.shape) is not None  # used just now, so that b is the older one
    cache.store(files[2], images)
    assert sorted(tmp_path.iterdir()) == sorted([files[0], files[2], *others])


def test_what_is_too_large_is_not_kept(tmp_path: Path) -> None:
    ImageCache(tmp_path, most_bytes=999).store(tmp_path / "a", np.zeros((1, 10, 100), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_costs_nothing(
    letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CHARMLP_CACHE", str(tmp_path / "file" / "below"))
    assert len(load(letters)) == len(load(letters, cache=False))


def fill(folder: Path) -> None:
    images = np.arange(100_000, dtype=np.uint32).view(np.uint8).reshape(100, 40, 100)
    for _ in range(20):
        ImageCache(folder).store(folder / f"a{SUFFIX}", images)
        found = ImageCache(folder).find(folder / f"a{SUFFIX}", images.shape)
        assert found is not None and np.array_equal(found, images)


def test_two_runs_that_build_it_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=fill, args=(tmp_path,)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == [f"a{SUFFIX}"]
