"""What is no layout, or two at once: what lies there is shown beside what could, in a few safe lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from charmlp.data import open_source
from charmlp.errors import DataError, UsageError
from tests.data.making import LABELS, class_folders, lists, make_images, make_list, one_table


def nothing(folder: Path) -> None:
    pass


def loose_images(folder: Path) -> None:
    make_images(folder, LABELS)


def splits_without_classes(folder: Path) -> None:
    make_images(folder / "train", LABELS)
    make_images(folder / "test", LABELS)


def evil_names(folder: Path) -> None:
    (folder / "a\x1b[31m\nb").mkdir()


def very_much(folder: Path) -> None:
    for index in range(50):
        for inner in range(10):
            (folder / f"{index}" / f"{inner}" / "x").mkdir(parents=True)


@pytest.mark.parametrize(
    "make",
    [
        nothing,
        loose_images,
        splits_without_classes,
        evil_names,
        very_much,
    ],
)
def test_an_unknown_layout_is_shown_beside_the_known(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path)
    with pytest.raises(DataError, match="unknown layout; expected one of") as caught:
        open_source(tmp_path)
    expected, found = str(caught.value).split("\nfound\n")
    assert "train.json" in expected and "train-images-idx3-ubyte" in expected and "A/*.png" in expected
    lines = found.split("\n")
    assert 2 <= len(lines) <= 40 and all(line.isprintable() for line in lines)
    here = sorted(path.name for path in tmp_path.iterdir())
    assert not here or here[0].startswith("a\x1b") or here[0] in found


def test_the_found_tree(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c" / "d").mkdir(parents=True)
    for index in range(8):
        (tmp_path / f"x{index}").touch()
    with pytest.raises(DataError) as caught:
        open_source(tmp_path)
    found = str(caught.value).split("\nfound\n")[1].split("\n")[1:]
    files = [f"    x{index}" for index in range(5)]
    assert found == ["    a/", "      b/", "        c/", *files, "    … 3 others"]


def two_validation_lists(folder: Path) -> None:
    lists(folder)
    make_list(folder / "val.json", LABELS)


def two_validation_folders(folder: Path) -> None:
    class_folders(folder)
    make_images(folder / "val" / "A", LABELS)


def one_class(folder: Path) -> None:
    make_images(folder / "train" / "cat", LABELS)


def one_class_without_a_split(folder: Path) -> None:
    make_images(folder / "cat", LABELS)


def a_class_that_does_not_train(folder: Path) -> None:
    make_images(folder / "train" / "A", LABELS)
    make_images(folder / "val" / "7", LABELS)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (two_validation_lists, "has both val.json and validation.json; one list of validation images"),
        (two_validation_folders, "has both val/ and valid/; one folder of validation images"),
        (one_class, 'every label is "cat"; at least two classes are needed'),
        (one_class_without_a_split, 'every label is "cat"; at least two classes are needed'),
        (a_class_that_does_not_train, 'val/: 4 problems: "val/7/0.png": the label "7" is none of the 26'),
    ],
)
def test_a_layout_with_a_contradiction(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    make(tmp_path)
    with pytest.raises(DataError) as caught:
        open_source(tmp_path)
    assert words in str(caught.value) and str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["nowhere", "readme.md", "a\0b", "x" * 5000])
def test_data_that_is_nothing_known(tmp_path: Path, name: str) -> None:
    (tmp_path / "readme.md").touch()
    with pytest.raises(DataError, match=r"no such file or folder|not a list that is known here") as caught:
        open_source(tmp_path / name)
    assert str(caught.value).isprintable()


def test_a_table_of_several_splits_is_not_the_list_of_one(tmp_path: Path) -> None:
    one_table(tmp_path)
    with pytest.raises(DataError, match=r"letters.csv: has images of several splits \(train, val\)"):
        open_source(lists={"train": tmp_path / "letters.csv"})


def test_arguments_that_contradict_each_other(tmp_path: Path) -> None:
    lists(tmp_path)
    make_images(tmp_path / "folders" / "A", LABELS)
    with pytest.raises(UsageError, match="no data"):
        open_source()
    with pytest.raises(UsageError, match="not both"):
        open_source(tmp_path, lists={"train": tmp_path / "train.json"})
    with pytest.raises(UsageError, match="lists for no split"):
        open_source(lists={})
    with pytest.raises(UsageError, match="lists for dev"):
        open_source(lists={"dev": tmp_path / "train.json"})
    with pytest.raises(UsageError, match="--im_dir goes with lists"):
        open_source(tmp_path / "folders", im_dir=tmp_path / "images")
    with pytest.raises(UsageError, match="--n_classes says 4"):
        open_source(tmp_path, classes="ABC", n_classes=4)


@pytest.mark.parametrize("count", ["0", "-1", "many", "9" * 20, "9" * 6000, "٣", "1e3"])
def test_a_number_of_rendered_letters_that_is_none(count: str) -> None:
    with pytest.raises(UsageError, match=r"a number of letters up to 20,000,000, or both, .* is expected"):
        open_source(f"synth:{count}")
