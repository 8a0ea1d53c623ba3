"""Tables of pixels, as Kaggle has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from charmlp.config import Reading
from charmlp.data import LETTERS, open_source
from charmlp.data.readers import pixeltables
from charmlp.errors import DataError
from tests.data.making import make_images

SIDE = 8
PIXELS = np.random.default_rng(0).integers(0, 256, (52, SIDE, SIDE), dtype=np.uint8)
LABELS = [index % 26 for index in range(52)]
NAMES = [f"pixel{index}" for index in range(SIDE * SIDE)]


def rows(pixels: np.ndarray = PIXELS, labels: Sequence[object] = LABELS) -> list[list[object]]:
    return [[label, *picture.ravel().tolist()] for label, picture in zip(labels, pixels, strict=True)]


def write(path: Path, rows: Sequence[Sequence[object]], comma: str = ",", end: str = "\n") -> Path:
    path.write_bytes("".join(comma.join(map(str, row)) + end for row in rows).encode())
    return path


def images_of(path: Path) -> tuple[np.ndarray, list[str]]:
    """All pictures of a table with their labels, in its order."""
    source = open_source(path, whole="test")
    letters = source.load("test", (SIDE, SIDE))
    return letters.images, [source.classes[label] for label in letters.labels]


@pytest.mark.parametrize(
    "header",
    [
        [],  # A_Z Handwritten Data.csv
        [["label", *NAMES]],  # sign_mnist_train.csv
        [["letter", *range(SIDE * SIDE)]],  # pandas counts columns without names
        [["0", *(f"0.{index}" for index in range(SIDE * SIDE))]],  # or tells names apart that are the same
    ],
)
@pytest.mark.parametrize(("comma", "end"), [(",", "\n"), (", ", "\r\n"), (";", "\n"), ("\t", "\n\n")])
def test_a_label_and_pixels(tmp_path: Path, header: list[list[object]], comma: str, end: str) -> None:
    images, labels = images_of(write(tmp_path / "A_Z.csv", [*header, *rows()], comma, end))
    assert np.array_equal(images, PIXELS)
    assert labels == [LETTERS[label] for label in LABELS]


def test_the_label_last_behind_a_number_of_the_row(tmp_path: Path) -> None:
    table = [["Unnamed: 0", *NAMES, "label"], *([7, *row[1:], row[0]] for row in rows())]
    images, labels = images_of(write(tmp_path / "a.csv", table))
    assert np.array_equal(images, PIXELS) and labels[:2] == ["A", "B"]


def test_colours(tmp_path: Path) -> None:
    grey = PIXELS[..., None].repeat(3, axis=3)
    images, _ = images_of(write(tmp_path / "hmnist_8_8_RGB.csv", rows(grey)))
    assert np.array_equal(images, PIXELS)


def test_quoted_letters_and_a_mark_at_the_beginning(tmp_path: Path) -> None:
    table = [[f'"{chr(97 + label)}"', *row] for label, *row in rows()]  # type: ignore[operator]
    path = write(tmp_path / "a.csv", table)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().rstrip())
    images, labels = images_of(path)
    assert np.array_equal(images, PIXELS) and labels == [LETTERS[label] for label in LABELS]


def test_emnist_is_turned_upright_and_counts_from_1(tmp_path: Path) -> None:
    table = rows(PIXELS.swapaxes(1, 2), [label + 1 for label in LABELS])
    images, labels = images_of(write(tmp_path / "emnist-letters-train.csv", table))
    assert np.array_equal(images, PIXELS) and labels[:3] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("labels", "classes", "note"),
    [
        (range(26), LETTERS, "labels 0 to 25 read as A to Z"),
        (range(1, 27), LETTERS, "labels 1 to 26 read as A to Z"),
        ([0, 8, 10, 24], LETTERS, "labels 0 to 25 read as A to Z"),  # sign language has no J and no Z
        (range(10), tuple("0123456789"), ""),
        ([1, 2, 12], ("1", "12", "2"), ""),  # from 0 or from 1?
        ([1, 25], ("1", "25"), ""),
        ([0, 26], ("0", "26"), ""),
        (["0", "x"], ("0", "x"), ""),
    ],
)
def test_what_numbers_mean(
    tmp_path: Path, labels: Sequence[object], classes: tuple[str, ...], note: str
) -> None:
    source = open_source(write(tmp_path / "a.csv", rows(PIXELS[: len(labels)], labels)), whole="test")
    assert source.classes == classes and source.notes == ((note,) if note else ())


def test_numbers_are_places_among_the_classes_that_are_given(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", rows(PIXELS[:3], [0, 35, 10]))
    classes = "0123456789" + "".join(LETTERS)
    source = open_source(path, classes=classes, whole="test")
    assert source.load("test", (2, 2)).labels.tolist() == [0, 35, 10]
    assert source.notes == ("labels 0 to 35 read as 0 to Z",)


def test_black_and_white(tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "a.csv", rows(PIXELS // 128)), whole="test")
    assert "values 0 to 1 are read as black to white" in source.notes
    assert set(source.load("test", (SIDE, SIDE)).images.ravel()) == {0, 255}


def test_a_competition_with_a_test_table_without_labels(tmp_path: Path) -> None:
    digits = [label % 10 for label in LABELS]
    write(tmp_path / "train.csv", [["label", *NAMES], *rows(PIXELS, digits)])
    write(tmp_path / "test.csv", [NAMES, *(row[1:] for row in rows())])
    (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    source = open_source(tmp_path)
    assert list(source.splits) == ["train", "val"] and source.classes == tuple("0123456789")
    assert source.left_out == ("test.csv: has no column of labels",)
    with pytest.raises(DataError, match=r"test\.csv: 64 columns of pixels, and none of labels"):
        open_source(tmp_path / "test.csv")


def damaged(place: int, cell: object, row: int = 40) -> list[list[object]]:
    table = rows()
    table[row][place] = cell
    return table


WRONG = [  # rows, and the words about them; the first line has number 1
    (damaged(1, 256), 'line 41, column 2: "256" is no pixel; a whole number from 0 to 255 is expected'),
    (damaged(64, 1000), 'line 41, column 65: "1000" is no pixel'),
    (damaged(7, -1), 'line 41, column 8: "-1" is no pixel'),
    (damaged(7, "0.5"), 'line 41, column 8: "0.5" is no pixel'),
    (damaged(7, "1" * 5000, 0), 'line 1, column 8: "111'),
    (damaged(7, ""), 'line 41, column 8: "" is no pixel'),
    (damaged(7, "\x1b[2J"), 'line 41, column 8: "\\x1b[2J" is no pixel'),
    (damaged(7, "1,2"), "line 41: 66 cells, where the first line has 65"),
    ([*rows()[:3], [1, 2], *rows()], "line 4: 2 cells, where the first line has 65"),
    ([*rows()[:3], *(row[1:] for row in rows())], "line 4: 64 cells"),
    (damaged(0, ""), 'a/000040": the label is empty'),
    ([["label", *NAMES]], "the table has no rows"),
    ([["label", *NAMES, "split"], *([*row, "test"] for row in rows())], "a table of pixels is of one split"),
    ([row[:61] for row in rows()] + [], "the columns are"),
    ([[*row, 1] for row in rows()], "65 columns of pixels are no square picture, as 784 are (28×28)"),
    ([[*row, 1] for row in damaged(0, "A", 0)], "65 columns of pixels are no square picture"),
]


@pytest.mark.parametrize(("table", "words"), WRONG, ids=[words[:30] for _, words in WRONG])
@pytest.mark.parametrize("piece", [100, 2**22])
def test_wrong(
    tmp_path: Path, table: list[list[object]], words: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the size of the pieces in which the file is read."""
    monkeypatch.setattr(pixeltables, "_PIECE", piece)
    with pytest.raises(DataError) as caught:
        open_source(write(tmp_path / "a.csv", table))
    assert words in str(caught.value) and str(caught.value).isprintable() and "a.csv" in str(caught.value)


def test_flipped_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [["label", *NAMES], *rows()])
    whole, generator, refused = path.read_bytes(), np.random.default_rng(1), 0
    for place in generator.integers(len(whole), size=200):
        path.write_bytes(whole[:place] + generator.bytes(1) + whole[place + 1 :])
        try:
            open_source(path)
        except DataError as error:
            refused += 1
            assert str(error).isprintable()
    assert refused > 50


def test_more_rows_than_are_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixeltables, "MOST_BYTES", 51 * SIDE * SIDE)
    with pytest.raises(DataError, match="more than 51 rows"):
        open_source(write(tmp_path / "a.csv", rows()))


def test_a_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixeltables, "_LONGEST_LINE", 5000)
    path = write(tmp_path / "a.csv", rows())
    path.write_bytes(path.read_bytes() + b"0," * 10_000)
    monkeypatch.setattr(pixeltables, "_PIECE", 1000)
    with pytest.raises(DataError, match="line 53: more than 0 MB long"):
        open_source(path)


def test_a_table_of_paths_with_many_numbered_columns_is_none_of_pixels(tmp_path: Path) -> None:
    make_images(tmp_path, ["a.png", "b.png"])
    table = [["path", "label", *NAMES], ["a.png", "A", *NAMES], ["b.png", "B", *NAMES]]
    assert open_source(write(tmp_path / "a.csv", table)).splits == {"train": 2}
    write(tmp_path / "a.csv", [["foto", *table[0][1:]], *table[1:]])
    assert open_source(tmp_path / "a.csv", reading=Reading(path_column="foto")).splits
