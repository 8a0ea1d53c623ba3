"""Tables as people have them: what they are called, and where their images lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from charmlp.config import Reading
from charmlp.data import open_source
from charmlp.errors import DataError
from tests.data.making import make_images

LETTERS = [f"{letter}{number}" for letter in "ABC" for number in range(4)]
NAMES = [f"{stem}.png" for stem in LETTERS]


def table(path: Path, names: list[str] = NAMES, header: str = "image,label") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"{name},{name.rpartition('/')[2][0]}\n" for name in names)
    path.write_text(f"{header}\n{rows}")


def a_table_beside_a_folder(folder: Path) -> None:
    """The images of the test set have the same names, but no labels."""
    table(folder / "train.csv")
    make_images(folder / "train", NAMES)
    make_images(folder / "test", NAMES)


def tables_beside_folders(folder: Path) -> None:
    a_table_beside_a_folder(folder)
    table(folder / "test.csv", NAMES[:5])


def a_table_of_ids(folder: Path) -> None:
    table(folder / "trainLabels.csv", LETTERS, "id,label")
    (folder / "sampleSubmission.csv").write_text("id,label\n1,A\n")
    make_images(folder / "train", NAMES)


def a_test_table_without_labels(folder: Path) -> None:
    a_table_beside_a_folder(folder)
    (folder / "test.csv").write_text("image\nA0.png\n")


def tables_of_one_set(folder: Path) -> None:
    table(folder / "sign_mnist_train.csv")
    table(folder / "sign_mnist_test.csv", NAMES[:5])
    make_images(folder / "photos", NAMES)


def a_table_in_each_folder(folder: Path) -> None:
    """Hugging Face's imagefolder."""
    for split in ("train", "test"):
        table(folder / split / "metadata.csv", header="file_name,text")
        make_images(folder / split, NAMES)


def a_list_in_each_folder(folder: Path) -> None:
    for split in ("train", "validation"):
        make_images(folder / split, NAMES)
        lines = (f'{{"file_name": "{name}", "label": "{name[0]}"}}\n' for name in NAMES)
        (folder / split / "metadata.jsonl").write_text("".join(lines))


def one_table_of_paths_into_splits(folder: Path) -> None:
    table(folder / "metadata.csv", [f"{split}/{name}" for split in ("train", "test") for name in NAMES])
    make_images(folder / "train", NAMES)
    make_images(folder / "test", NAMES)


def a_text_list_beside_a_text(folder: Path) -> None:
    (folder / "README.txt").write_text("Letters, photographed in Beijing.\n")
    (folder / "train.txt").write_text("".join(f"{name} {name[0]}\n" for name in NAMES))
    make_images(folder / "images", NAMES)


def a_text_list_beside_classes(folder: Path) -> None:
    """Its name is none of a split; it lists what the folders say already."""
    for name in NAMES:
        make_images(folder / name[0], [name])
    (folder / "train.json.txt").write_text("A dictionary\n")
    (folder / "a.csv").write_text("size,weight\n1,2\n")
    np.savez(folder / "features.npz", features=np.zeros(3))


@pytest.mark.parametrize(
    ("make", "counts", "words"),
    [
        (a_table_beside_a_folder, [10, 2], "lists in data/, images in train/"),
        (tables_beside_folders, [10, 2, 5], "lists in data/, images in train/ and test/"),
        (a_table_of_ids, [10, 2], "lists in data/, images in train/"),
        (a_test_table_without_labels, [10, 2], "lists in data/, images in train/"),
        (tables_of_one_set, [10, 2, 5], "lists in data/, images in photos/"),
        (a_table_in_each_folder, [10, 2, 12], "a table in each folder of data/"),
        (a_list_in_each_folder, [12, 12], "a table in each folder of data/"),
        (one_table_of_paths_into_splits, [10, 2, 12], "metadata.csv in data/, images in the same folder"),
        (a_text_list_beside_a_text, [10, 2], "lists in data/"),
        (a_text_list_beside_classes, [10, 2], "a folder per class in data/"),
    ],
)
def test_tables_as_people_have_them(
    tmp_path: Path, make: Callable[[Path], None], counts: list[int], words: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    make(folder)
    source = open_source(folder)
    assert list(source.splits.values()) == counts
    assert source.layout.removesuffix(", split by seed 2021") == words
    for split, count in source.splits.items():
        letters = source.load(split, (2, 2))
        assert len(letters) == count
        assert all(
            source.classes[label] == name.rpartition("/")[2][0]
            for name, label in zip(letters.names, letters.labels, strict=True)
        )


def test_images_of_a_list_are_those_of_its_own_folder(tmp_path: Path) -> None:
    """Both folders have all names: what train.csv names lies in train/."""
    a_table_beside_a_folder(tmp_path)
    (tmp_path / "train" / "A0.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"1 of (2|10) .* images cannot be read"):
        for split in ("train", "val"):
            open_source(tmp_path).load(split, (2, 2))


def test_a_test_list_without_labels_is_named(tmp_path: Path) -> None:
    a_test_table_without_labels(tmp_path)
    assert open_source(tmp_path).left_out == ("test.csv: has no column of labels",)
    source = open_source(tmp_path, reading=Reading(path_column="image", label_column="label"))
    assert source.left_out == ("test.csv: has no column of labels",)
    (tmp_path / "train.csv").unlink()
    with pytest.raises(DataError, match=r'test\.csv: the columns are "image"; expected'):
        open_source(tmp_path)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (
            ["a.csv", "b.tsv"],
            r'has 2 tables \("a\.csv", "b\.tsv"\); give the one that is meant as --data',
        ),
        (["emnist-letters-train.csv", "emnist-digits-train.csv"], "has 2 tables"),
        (["x_train.csv", "x-train.csv"], "has 2 tables"),
        (["train.csv", "train.tsv"], r"has both train\.csv and train\.tsv; one list of training images"),
        (["train/a.csv", "train/b.csv"], r'train: has 2 tables \("a\.csv", "b\.csv"\)'),
    ],
)
def test_tables_that_compete(tmp_path: Path, names: list[str], words: str) -> None:
    make_images(tmp_path, NAMES)
    for name in names:
        table(tmp_path / name)
    with pytest.raises(DataError, match=words) as caught:
        open_source(tmp_path)
    assert str(caught.value).isprintable()


def test_one_list_is_tested_whole_unless_it_says_a_split(tmp_path: Path) -> None:
    make_images(tmp_path, NAMES)
    table(tmp_path / "a.csv")
    assert open_source(tmp_path / "a.csv", whole="test").splits == {"test": 12}
    (tmp_path / "a.csv").write_text("image,label,split\nA0.png,A,train\nB0.png,B,test\n")
    assert open_source(tmp_path / "a.csv", whole="test").splits == {"train": 1, "test": 1}
