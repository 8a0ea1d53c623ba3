"""Which layout is this? Each is recognised, said in one line, and loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from charmlp.data import LETTERS, Source, open_source
from charmlp.errors import DataError, UsageError
from tests.data.making import LABELS, class_folders, lists, make_images, make_list, one_table


def lists_with_a_test_list(folder: Path) -> None:
    lists(folder)
    (folder / "validation.json").rename(folder / "val.json")
    make_list(folder / "test.json", {"1.png": "b", "2.png": "b"})


def lists_beside_their_images(folder: Path) -> None:
    make_images(folder, LABELS)
    (folder / "images").mkdir()  # empty, so it cannot be meant
    make_list(folder / "train.json", LABELS)
    make_list(folder / "validation.json", {"0.png": "a"})


def only_a_training_list(folder: Path) -> None:
    lists(folder)
    (folder / "validation.json").unlink()


def a_list_of_any_name(folder: Path) -> None:
    only_a_training_list(folder)
    (folder / "train.json").rename(folder / "labels.json")


def tables(folder: Path) -> None:
    make_images(folder / "images", LABELS)
    (folder / "train.csv").write_text("path,label\n0.png,A\n1.png,b\n2.png,B\n3.png,c\n")
    (folder / "val.csv").write_text("path,label\n0.png,A\n")


def a_table_of_paths_into_a_folder(folder: Path) -> None:
    make_images(folder / "cats", LABELS)
    make_images(folder / "dogs", LABELS)
    (folder / "letters.csv").write_text("path,label,split\ncats/0.png,A,train\ndogs/1.png,b,val\n")


def class_folders_without_splits(folder: Path) -> None:
    make_images(folder / "A", ["0.png", "1.png"])
    make_images(folder / "b", ["0.png", "1.png"])


def lists_in_a_folder_of_their_own(folder: Path) -> None:
    lists(folder / "letters" / "characters")
    (folder / "README.md").touch()


def class_folders_in_a_folder_of_their_own(folder: Path) -> None:
    class_folders(folder / "letters")


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lists, "4 training, 1 validation images in 26 classes, lists in data/"),
        (lists_with_a_test_list, "4 training, 1 validation, 2 test images in 26 classes, lists in data/"),
        (
            lists_beside_their_images,
            "4 training, 1 validation images in 26 classes, lists in data/, images in the same folder",
        ),
        (
            only_a_training_list,
            "3 training, 1 validation images in 26 classes, lists in data/, split by seed 2021",
        ),
        (
            a_list_of_any_name,
            "3 training, 1 validation images in 26 classes, labels.json in data/, split by seed 2021",
        ),
        (tables, "4 training, 1 validation images in 26 classes, lists in data/"),
        (one_table, "2 training, 1 validation images in 26 classes, letters.csv in data/"),
        (
            a_table_of_paths_into_a_folder,
            "1 training, 1 validation images in 26 classes, letters.csv in data/, images in the same folder",
        ),
        (
            class_folders,
            "4 training, 4 validation, 4 test images in 26 classes, a folder per class in data/",
        ),
        (
            class_folders_without_splits,
            "3 training, 1 validation images in 26 classes, a folder per class in data/, split by seed 2021",
        ),
        (
            lists_in_a_folder_of_their_own,
            "4 training, 1 validation images in 26 classes, lists in characters/",
        ),
        (
            class_folders_in_a_folder_of_their_own,
            "4 training, 4 validation, 4 test images in 26 classes, a folder per class in letters/",
        ),
    ],
)
def test_a_folder_in_a_known_layout(tmp_path: Path, make: Callable[[Path], None], line: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    make(folder)
    source = open_source(folder)
    assert source.describe() == line
    assert source.classes == LETTERS
    for split, count in source.splits.items():
        letters = source.load(split, (3, 2))
        assert letters.images.shape == (count, 3, 2) and letters.classes == LETTERS
        assert set(letters.labels.tolist()) <= {0, 1, 2}


def test_lists_wherever_they_lie(tmp_path: Path) -> None:
    make_images(tmp_path / "pictures", LABELS)
    train = make_list(tmp_path / "x" / "my_training.json", LABELS)
    test = make_list(tmp_path / "y" / "mine.txt", {"1.png": "B"})
    source = open_source(lists={"train": train, "test": test}, im_dir=tmp_path / "pictures", seed=7)
    assert source.describe() == (
        "3 training, 1 validation, 1 test images in 26 classes, lists x/my_training.json, y/mine.txt,"
        " images in pictures/, split by seed 7"
    )


def test_lists_by_name_are_described_as_their_folder_is(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    make_images(folder / "images", LABELS)
    train = make_list(folder / "train.json", LABELS)
    val = make_list(folder / "validation.json", {"1.png": "B"})
    other = make_list(folder / "mine.json", {"1.png": "B"})

    def words(im_dir: Path | None, **lists: Path) -> str:
        return open_source(lists=lists, im_dir=im_dir, seed=7).describe().partition("classes, ")[2]

    assert words(None, train=train, val=val) == "lists in letters/"
    assert words(folder / "images", train=train, val=val) == "lists in letters/"
    assert words(None, train=train, val=other) == "lists train.json, mine.json in letters/"
    assert words(None, test=other) == "list mine.json in letters/"
    (folder / "images").rename(folder / "other")
    assert words(folder / "other", train=train, val=val) == "lists in letters/, images in other/"
    make_images(folder, LABELS)
    assert words(None, train=train, val=val) == "lists in letters/, images in the same folder"


def test_one_list_as_data(tmp_path: Path) -> None:
    lists(tmp_path)
    assert open_source(tmp_path / "train.json").splits == {"train": 3, "val": 1}
    assert open_source(tmp_path / "train.json", im_dir=tmp_path / "images").splits == {"train": 3, "val": 1}


def test_only_a_test_list(tmp_path: Path) -> None:
    lists(tmp_path)
    assert open_source(lists={"test": tmp_path / "train.json"}).splits == {"test": 4}


def test_any_name_of_a_class(tmp_path: Path) -> None:
    for name in ("甲", "🙂", "ı", "I", "a b"):
        make_images(tmp_path / name, ["0.png", "é.png"])
    source = open_source(tmp_path)
    assert source.classes == ("I", "a b", "ı", "甲", "🙂")
    assert source.splits == {"train": 8, "val": 2}


def test_a_class_folder_that_is_no_class(tmp_path: Path) -> None:
    make_images(tmp_path / "train" / "A", ["0.png"])
    try:
        make_images(tmp_path / "train" / "B\x1b[31m", ["0.png", "1.png"])
    except OSError:
        pytest.skip("this disk takes no control characters")
    with pytest.raises(DataError, match=r'train/: "B\\x1b\[31m": the folder name has the character U\+001B'):
        open_source(tmp_path)


def test_rendered_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    class Rendered(Source):
        def __init__(
            self,
            count: int = 5,
            classes: tuple[str, ...] | None = None,
            seed: int = 0,
            style: str = "",
            cache: bool = True,
        ) -> None:
            self.classes = classes or LETTERS
            self.layout = f"{count} letters of seed {seed} in {style}"

        splits, _load, identity = property(lambda self: {"train": 2}), None, None

    monkeypatch.setattr("charmlp.rendering.open_rendered", Rendered)
    assert (
        open_source("synth:").describe() == "2 training images in 26 classes, 5 letters of seed 2021 in print"
    )
    source = open_source("synth:60", classes="AB", n_classes=2, seed=3)
    assert source.describe() == "2 training images in 2 classes, 60 letters of seed 3 in print"
    for data, words in {
        "synth:hand": "5 letters",
        "synth:hand:60": "60 letters",
        "synth:hand:": "5 ",
    }.items():
        assert words in open_source(data).layout and open_source(data).layout.endswith("in hand")
    for data in ("synth:feet", "synth:60:hand", "synth:hand60", "synth:hand:x", "synth:0"):
        with pytest.raises(UsageError, match="such as synth:hand:5000"):
            open_source(data)
    with pytest.raises(UsageError, match="26 classes and --n_classes says 10"):
        open_source("synth:", n_classes=10)


def test_faults_are_gathered_and_all_other_entries_are_there(tmp_path: Path) -> None:
    make_images(tmp_path / "images", LABELS)
    make_list(tmp_path / "train.json", LABELS | {"none.png": "A", "../0.png": "A", "3.png": ""})
    make_list(tmp_path / "validation.json", {"0.png": "A", "1.png": "7"})
    faults: list[str] = []
    source = open_source(tmp_path, faults=faults)
    assert source.splits == {"train": 4, "val": 1}
    train, validation = str(tmp_path / "train.json"), str(tmp_path / "validation.json")
    assert [fault.partition(": ")[0] for fault in faults] == [train, train, train, validation]
    with pytest.raises(DataError):  # the control: without a list for them they stop it
        open_source(tmp_path)


def test_classes_that_make_no_sense_are_gathered_too(tmp_path: Path) -> None:
    make_images(tmp_path / "cat", ["0.png", "1.png"])
    faults: list[str] = []
    assert open_source(tmp_path, faults=faults).classes == ("cat",)
    assert "at least two classes are needed" in faults[0]
