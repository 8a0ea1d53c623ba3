"""Which layout is this? Each is recognised, said in one line, and loaded; unknown ones are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from charmlp.data import LETTERS, Source, open_source
from charmlp.errors import DataError, UsageError
from tests.data.making import make_image, make_images, make_list

LABELS = {"0.png": "A", "1.png": "b", "2.png": "B", "3.png": "c"}


def lists(folder: Path) -> None:
    make_images(folder / "images", LABELS)
    make_list(folder / "train.json", LABELS)
    make_list(folder / "validation.json", {"0.png": "a"})


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


def one_table(folder: Path) -> None:
    make_images(folder / "images", LABELS)
    (folder / "letters.csv").write_text("path,label,split\n0.png,A,train\n1.png,b,train\n2.png,B,val\n")


def a_table_of_paths_into_a_folder(folder: Path) -> None:
    make_images(folder / "cats", LABELS)
    make_images(folder / "dogs", LABELS)
    (folder / "letters.csv").write_text("path,label,split\ncats/0.png,A,train\ndogs/1.png,b,val\n")


def class_folders(folder: Path) -> None:
    for split in ("train", "valid", "test"):
        make_images(folder / split / "A", ["0.png", "1.JPG", "2.png"])
        make_images(folder / split / "b", ["0.png"])
    make_image(folder / "train" / "A" / "._0.png")
    make_image(folder / "train" / ".cache" / "0.png")
    make_image(folder / "train" / "__MACOSX" / "0.png")
    (folder / "classes.json").write_text("{}")


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


def test_labels_and_images_stay_together(tmp_path: Path) -> None:
    lists(tmp_path)
    letters = open_source(tmp_path).load("train", (5, 4))
    assert letters.names == tuple(LABELS) and letters.labels.tolist() == [0, 1, 1, 2]
    assert letters.images[:, 0, 0].tolist() == [0, 1, 2, 3]


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


def test_classes_that_are_given(tmp_path: Path) -> None:
    lists(tmp_path)
    source = open_source(tmp_path, classes="cba", n_classes=3)
    assert source.classes == ("c", "b", "a")
    assert source.load("train", (2, 2)).labels.tolist() == [2, 1, 1, 0]


def test_an_odd_label_is_named_before_what_it_causes(tmp_path: Path) -> None:
    make_images(tmp_path / "images", LABELS)
    make_list(tmp_path / "train.json", LABELS | {"0.png": "é"})
    make_list(tmp_path / "val.json", {"1.png": "b"})
    (note,) = open_source(tmp_path).remarks()
    assert 'train.json: "é" of "0.png" is not a letter A–Z' in note
    make_list(tmp_path / "val.json", {"1.png": "C"})
    with pytest.raises(
        DataError, match=r'train.json: "é" of "0.png" is not .*; .*val.json: "1.png": the label "C"'
    ):
        open_source(tmp_path)


def test_any_name_of_a_class(tmp_path: Path) -> None:
    for name in ("甲", "🙂", "ı", "I", "a b"):
        make_images(tmp_path / name, ["0.png", "é.png"])
    source = open_source(tmp_path)
    assert source.classes == ("I", "a b", "ı", "甲", "🙂")
    assert source.splits == {"train": 8, "val": 2}


def test_a_file_name_that_is_no_unicode(tmp_path: Path) -> None:
    make_images(tmp_path / "A", ["0.png"])
    try:
        make_image(tmp_path / "B" / "\udcff.png")
    except (OSError, UnicodeError):
        pytest.skip("this disk takes Unicode names only")
    source = open_source(tmp_path)
    assert source.load("train", (2, 2)).names == ("A/0.png", "B/\\udcff.png")
    assert source.identity()


def test_a_class_folder_that_is_no_class(tmp_path: Path) -> None:
    make_images(tmp_path / "train" / "A", ["0.png"])
    try:
        make_images(tmp_path / "train" / "B\x1b[31m", ["0.png", "1.png"])
    except OSError:
        pytest.skip("this disk takes no control characters")
    with pytest.raises(DataError, match=r'train/: "B\\x1b\[31m": the folder name has the character U\+001B'):
        open_source(tmp_path)


def test_the_seed_decides_the_split(tmp_path: Path) -> None:
    make_images(tmp_path / "A", [f"{index}.png" for index in range(40)])
    make_images(tmp_path / "B", [f"{index}.png" for index in range(40)])
    names = [set(open_source(tmp_path, seed=seed).load("val", (2, 2)).names) for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2] and len(names[0]) == 12


def test_identity(tmp_path: Path) -> None:
    lists(tmp_path)
    first = open_source(tmp_path)
    assert len(first.identity()) == 16 and int(first.identity(), 16)
    make_list(tmp_path / "train.json", dict(reversed(LABELS.items())))
    assert open_source(tmp_path).identity() == first.identity()  # the order is no part of it
    make_list(tmp_path / "train.json", LABELS | {"0.png": "B"})
    changed = open_source(tmp_path)
    assert changed.identity() != first.identity()
    assert open_source(tmp_path, classes="ABC").identity() != changed.identity()


def test_unreadable_images_stop_the_load_or_are_remembered(tmp_path: Path) -> None:
    lists(tmp_path)
    (tmp_path / "images" / "1.png").write_bytes(b"no picture")
    source = open_source(tmp_path)
    with pytest.raises(DataError, match=r"^1 of 4 training images cannot be read: .*1\.png"):
        source.load("train", (2, 2))
    letters = source.load("train", (2, 2), skip_bad=True)
    assert letters.names == ("0.png", "2.png", "3.png") and letters.labels.tolist() == [0, 1, 2]
    assert len(letters.skipped) == 1 and "1.png" in letters.skipped[0]


def test_a_split_that_is_not_there(tmp_path: Path) -> None:
    lists(tmp_path)
    with pytest.raises(DataError, match="no test images, only training and validation images: lists in "):
        open_source(tmp_path).load("test", (2, 2))


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
    with pytest.raises(UsageError, match="a number of letters up to 5,000,000 is expected"):
        open_source(f"synth:{count}")


def test_rendered_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    class Rendered(Source):
        def __init__(
            self, count: int = 5, classes: tuple[str, ...] | None = None, seed: int = 0, cache: bool = True
        ) -> None:
            self.classes = classes or LETTERS
            self.layout = f"{count} letters of seed {seed}"

        splits, _load, identity = property(lambda self: {"train": 2}), None, None

    monkeypatch.setattr("charmlp.rendering.open_rendered", Rendered)
    assert open_source("synth:").describe() == "2 training images in 26 classes, 5 letters of seed 2021"
    source = open_source("synth:60", classes="AB", n_classes=2, seed=3)
    assert source.describe() == "2 training images in 2 classes, 60 letters of seed 3"
    with pytest.raises(UsageError, match="26 classes and --n_classes says 10"):
        open_source("synth:", n_classes=10)


def test_photographs(scene_letters: Path) -> None:
    source = open_source(scene_letters)
    assert source.describe() == (
        "1,200 training, 400 validation images in 26 classes, lists in scene-letters/"
    )
    letters = source.load("val", (32, 32))
    assert len(letters) == 400 and letters.images.std() > 30
    assert np.bincount(letters.labels, minlength=26).argmax() == 4  # E is the commonest
