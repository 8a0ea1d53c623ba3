"""What people call the columns of their tables, and flags that say it where they call them otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.config import Reading
from charmlp.data import open_source
from charmlp.data.readers.columns import Unlabelled, find_columns
from charmlp.errors import DataError, UsageError
from tests.data.making import make_images, make_list


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("path,label", [0, 1]),
        ("label,image", [1, 0]),  # Kaggle's english.csv, the other way round
        ("file_name,text", [0, 1]),  # Hugging Face's metadata.csv
        ("id,filepaths,labels,size", [1, 2]),  # an id is a path only where nothing else is
        ("id,letter", [0, 1]),
        ("File Name,Class,Split", [0, 1, 2]),
        ("image,path,class,label", [1, 3]),  # the names that the documentation gives win
        ("filename,category,target_size", [0, 1]),
    ],
)
def test_usual_names(header: str, found: list[int]) -> None:
    assert find_columns(header.split(","), "a.csv", Reading()) == found


@pytest.mark.parametrize(
    ("header", "reading", "error", "words"),
    [
        ("image,filename,label", {}, DataError, '"image" and "filename" may both be .*--path_column says'),
        ("image,class,target", {}, DataError, '"class" and "target" may both be .*--label_column says'),
        ("photo", {}, Unlabelled, 'a.csv: the columns are "photo"; expected is .*--label_column'),
        ("where,label", {}, DataError, "--path_column and --label_column name others"),
        (
            "image,label",
            {"path_column": "foto"},
            DataError,
            'no column is called "foto"; there are "image", "la',
        ),
        ("image,label", {"label_column": "Label"}, Unlabelled, '--label_column: no column is called "Label"'),
        ("image,a,a", {"label_column": "a"}, DataError, '"a" and "a" may both be the .*; rename one'),
    ],
)
def test_names_that_do_not_say_it(
    header: str, reading: dict[str, str], error: type[DataError], words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        find_columns(header.split(","), "a.csv", Reading(**reading))  # type: ignore[arg-type]
    assert type(caught.value) is error


def test_flags_name_columns(tmp_path: Path) -> None:
    make_images(tmp_path, ["a.png", "b.png"])
    (tmp_path / "a.csv").write_text("foto,label,Zeichen\na.png,x,A\nb.png,y,B\n")
    source = open_source(tmp_path, reading=Reading(path_column="foto", label_column="Zeichen"))
    assert source.splits == {"train": 2} and len(source.classes) == 26


def test_flags_for_columns_where_there_are_none(tmp_path: Path) -> None:
    make_images(tmp_path / "A", ["a.png"])
    make_list(tmp_path / "train.json", {"A/a.png": "A"})
    for place, words in (("train.json", "has no columns"), ("A/..", "has no columns")):
        with pytest.raises(UsageError, match=f"--label_column goes with tables, but .*{words}"):
            open_source(tmp_path / place, reading=Reading(label_column="x"))
    (tmp_path / "train.json").unlink()
    with pytest.raises(UsageError, match=r"--path_column goes with tables, but .* a folder per class"):
        open_source(tmp_path, reading=Reading(path_column="x"))


@pytest.mark.parametrize("name", ["/{}/a.png", "../photos/a.png"])
def test_paths_that_lead_elsewhere_are_read_when_asked_for(tmp_path: Path, name: str) -> None:
    make_images(tmp_path / "photos", ["a.png", "b.png"])
    name = name.replace("/{}", (tmp_path / "photos").as_posix())
    table = tmp_path / "lists" / "a.csv"
    table.parent.mkdir()
    table.write_text(f"path,label\n{name},A\n{name.replace('a.png', 'b.png')},B\n")
    with pytest.raises(DataError, match=r"line 2: .*a\.png.*--any_path on"):
        open_source(table)
    source = open_source(table, reading=Reading(any_path=True))
    assert source.load("train", (2, 2)).images.shape == (2, 2, 2)
    table.write_text(f"path,label\n{name},A\n{name.replace('a.png', 'no/c.png')},B\n")
    with pytest.raises(DataError, match=r'c\.png": no folder'):
        open_source(table, reading=Reading(any_path=True))


def test_paths_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_images(tmp_path / "data" / "photos", ["a.png", "b.png"])
    (tmp_path / "data" / "a.csv").write_text("path,label\ndata/photos/a.png,A\ndata/photos/b.png,B\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"but in the current folder; --im_dir \. reads it from there"):
        open_source("data/a.csv")
    assert open_source("data/a.csv", im_dir=".").splits == {"train": 2}


def test_ids_without_suffix(tmp_path: Path) -> None:
    make_images(tmp_path / "images", ["1.png", "2.jpg", "3.png", "3.jpg"])
    (tmp_path / "a.csv").write_text("id,label\n1,A\n2,B\n")
    source = open_source(tmp_path)
    names = {name for split in source.splits for name in source.load(split, (2, 2)).names}
    assert names == {"1.png", "2.jpg"}
    (tmp_path / "a.csv").write_text("id,label\n1,A\n3,B\n")  # which of the two?
    with pytest.raises(DataError, match='"3": no such image'):
        open_source(tmp_path)
