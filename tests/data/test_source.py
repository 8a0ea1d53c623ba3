"""An opened source: its letters, its classes, the validation set held out, and what stands for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from charmlp.data import open_source
from charmlp.errors import DataError
from tests.data.making import LABELS, lists, make_image, make_images, make_list


def test_labels_and_images_stay_together(tmp_path: Path) -> None:
    lists(tmp_path)
    letters = open_source(tmp_path).load("train", (5, 4))
    assert letters.names == tuple(LABELS) and letters.labels.tolist() == [0, 1, 1, 2]
    assert letters.images[:, 0, 0].tolist() == [0, 1, 2, 3]


def test_classes_that_are_given(tmp_path: Path) -> None:
    lists(tmp_path)
    source = open_source(tmp_path, classes="cba", n_classes=3)
    assert source.classes == ("c", "b", "a")
    assert source.load("train", (2, 2)).labels.tolist() == [2, 1, 1, 0]


def test_a_file_name_that_is_no_unicode(tmp_path: Path) -> None:
    make_images(tmp_path / "A", ["0.png"])
    try:
        make_image(tmp_path / "B" / "\udcff.png")
    except (OSError, UnicodeError):
        pytest.skip("this disk takes Unicode names only")
    source = open_source(tmp_path)
    assert source.load("train", (2, 2)).names == ("A/0.png", "B/\\udcff.png")
    assert source.identity()


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


def test_photographs(scene_letters: Path) -> None:
    source = open_source(scene_letters)
    assert source.describe() == (
        "1,200 training, 400 validation images in 26 classes, lists in scene-letters/"
    )
    letters = source.load("val", (32, 32))
    assert len(letters) == 400 and letters.images.std() > 30
    assert np.bincount(letters.labels, minlength=26).argmax() == 4  # E is the commonest
