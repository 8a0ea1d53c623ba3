"""A folder per class, and how else people arrange it: what is read, and what is said of the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from charmlp.data import open_source
from charmlp.errors import DataError
from tests.data.making import make_image


def tree(top: Path, *names: str) -> Path:
    for name in names:
        if name.endswith("/"):
            (top / name).mkdir(parents=True)
        elif name.endswith(".txt"):
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text("words")
        else:
            make_image((top / name).with_suffix(".png")).rename(top / name)
    return top


AB = ("A/0.png", "A/1.png", "B/0.png", "B/1.png")


def within(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" for name in names or AB)


@pytest.mark.parametrize(
    ("names", "splits", "remarks"),
    [
        ((*AB, "C/session1/0.png", "C/session1/deeper/1.png"), {"train": 5, "val": 1}, []),
        (("A/0.jfif", "A/1.JPG_", "B/0", "B/1.jpe"), {"train": 3, "val": 1}, []),
        ((*AB, "A/notes.txt"), {"train": 3, "val": 1}, ["left out: A/notes.txt: not an image"]),
        (("@/0.png", "@/1.png", "__init__/0.png", "7/0.png"), {"train": 3, "val": 1}, []),
        ((*AB, "C/"), {"train": 3, "val": 1}, ["left out: C/: no images"]),
        ((*AB, "x.png", "y.png"), {"train": 3, "val": 1}, ["x.png and 1 more: beside the folders of"]),
        ((*AB, *within("test")), {"train": 3, "val": 1, "test": 4}, []),
        (within("train/images"), {"train": 3, "val": 1}, []),
        ((*within("training_set"), *within("test_set")), {"train": 3, "val": 1, "test": 4}, []),
        ((*within("train"), *within("dev")), {"train": 4, "val": 4}, []),
        ((*within("abc_train/abc_train"), *within("abc_test")), {"train": 3, "val": 1, "test": 4}, []),
        (
            (*within("train"), *within("more"), "z.png", "docs/a.txt"),
            {"train": 3, "val": 1},
            ["left out: z.png and 4 more: beside train/"],
        ),
        (
            (*within("train"), "test/0.png", "test/1.png"),
            {"train": 3, "val": 1},
            ["left out: test/0.png and 1 more: in no folder of a class"],
        ),
        (
            (*within("train"), "test/test/0.png"),
            {"train": 3, "val": 1},
            ["left out: test/test/0.png: in no folder of a class"],
        ),
        ((*within("train"), "val/"), {"train": 3, "val": 1}, ["left out: val/: no images"]),
        (
            ("cat/s1/0.png", "cat/s2/0.png", "dog/s1/0.png", "dog/s2/0.png"),
            {"train": 3, "val": 1},
            ["all images lie deeper than the folders of their classes, as cat/s1/0.png"],
        ),
        (
            (*within("writer1"), *within("writer2")),
            {"train": 7, "val": 1},
            ["folders of one name in writer1/, writer2/ are one class"],
        ),
    ],
)  # fmt: skip
def test_arrangements(
    tmp_path: Path, names: tuple[str, ...], splits: dict[str, int], remarks: list[str]
) -> None:
    source = open_source(tree(tmp_path, *names))
    assert source.splits == splits
    assert len(source.remarks()) == len(remarks)
    for remark, words in zip(source.remarks(), remarks, strict=True):
        assert words in remark
    for split in splits:  # all that is named can be read
        assert source.load(split, (2, 2)).names
    label_of = {"A": 0, "B": 1, "C": 2}
    letters = source.load("train", (2, 2))
    if len(source.classes) == 26:
        for name, label in zip(letters.names, letters.labels, strict=True):
            assert label == next(label_of[part] for part in name.split("/") if part in label_of)


def test_chars74k(tmp_path: Path) -> None:
    inner = within(
        "English/Img/GoodImg/Bmp", *(f"Sample0{n}/img0{n}-0000{i}.png" for n in (11, 12) for i in "12")
    )
    source = open_source(tree(tmp_path, *inner))
    assert source.classes == ("Sample011", "Sample012") and source.splits == {"train": 3, "val": 1}
    source = open_source(tree(tmp_path, *(name.replace("Good", "Bad") for name in inner)))
    assert source.classes == ("Sample011", "Sample012") and source.splits == {"train": 7, "val": 1}


@pytest.mark.parametrize("level", ["", "English", "English/Img", "English/Img/GoodImg"])
def test_masks_are_no_photographs(tmp_path: Path, level: str) -> None:
    samples = [f"Sample0{n}/img0{n}-0000{i}.png" for n in (11, 12) for i in "12"]
    good = "English/Img/GoodImg"
    tree(tmp_path, *within(f"{good}/Bmp", *samples), *within(f"{good}/Msk", *samples))
    tree(tmp_path, *within("English/Img/BadImag/Bmp", *samples), *within("English/Img/BadImag/Msk", *samples))
    source = open_source(tmp_path / level)
    bad = not level.endswith("GoodImg")
    assert sum(source.splits.values()) == (8 if bad else 4) and source.classes == ("Sample011", "Sample012")
    assert not any("Msk" in name for split in source.splits for name in source.load(split, (2, 2)).names)
    left_out = [line for line in source.remarks() if "left out" in line]
    assert len(left_out) == 1 and left_out[0].count("Msk/: masks of the images beside it") == 1 + bad


def test_a_class_may_be_called_mask(tmp_path: Path) -> None:
    names = [f"{name}/{folder}/{i}.png" for name, folder in (("mask", "s1"), ("none", "s2")) for i in "12"]
    assert open_source(tree(tmp_path, *names)).classes == ("mask", "none")


def test_a_folder_is_no_wrapper_of_its_splits(tmp_path: Path) -> None:
    """Training and test images are not mixed, whatever lies around them."""
    tree(tmp_path, *within("letters/train"), *within("letters/test"))
    (tmp_path / "about.json").write_text("{}")  # beside which a wrapper is not looked into
    with pytest.raises(DataError, match=r"about\.json"):
        open_source(tmp_path)
    (tmp_path / "about.json").unlink()
    assert open_source(tmp_path).splits == {"train": 3, "val": 1, "test": 4}


def test_an_image_that_is_not_read_stops_training(tmp_path: Path) -> None:
    tree(tmp_path, *AB)
    (tmp_path / "B" / "2.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    source = open_source(tmp_path)
    with pytest.raises(DataError, match=r"2\.heic: an HEIC photograph; save it as JPEG"):
        [source.load(split, (2, 2)) for split in source.splits]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("乙".encode("gbk"), 'the folder name is not UTF-8 but probably GBK, "乙"; rename the folder'),
        (b"\xff\xff", "the folder name is not UTF-8; rename the folder"),
    ],
)
def test_a_folder_whose_name_is_not_utf8(tmp_path: Path, name: bytes, words: str) -> None:
    tree(tmp_path, *AB)
    try:
        make_image(tmp_path / os.fsdecode(name) / "0.png")
    except (OSError, UnicodeError):
        pytest.skip("this disk takes Unicode names only")
    with pytest.raises(DataError, match=words):
        open_source(tmp_path)


def test_one_class_in_two_spellings(tmp_path: Path) -> None:
    tree(tmp_path, "\u00e9/0.png", "e\u0301/1.png", "e/0.png")
    if len(os.listdir(tmp_path)) < 3:  # noqa: PTH208
        pytest.skip("this disk holds the spellings for one")
    source = open_source(tmp_path)
    assert source.classes == ("e", "\u00e9") and "written in two ways" in source.remarks()[0]


def test_very_deep_folders(tmp_path: Path) -> None:
    try:
        tmp_path.joinpath(*"x" * 500).mkdir(parents=True)
    except OSError:
        pytest.skip("this system takes no such paths")
    with pytest.raises(DataError, match="unknown layout"):
        open_source(tmp_path)
