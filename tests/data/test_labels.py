"""Labels become classes by one rule."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import pytest

from charmlp.data import open_source
from charmlp.data.labels import (
    LETTERS,
    check_count,
    class_indices,
    classes_of,
    given_classes,
    notes_on,
)
from charmlp.data.readers.entries import Entries
from charmlp.errors import DataError, UsageError
from charmlp.letters.alphabets import ALPHABETS
from tests.data.making import LABELS, make_images, make_list


def entries_of(*labels: str) -> Entries:
    entries = Entries("train.json")
    for index, label in enumerate(labels):
        entries.add(f"{index:04}.png", label)
    assert not entries.problems.count
    return entries


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["G", "g", "o"], LETTERS),
        (["A"], LETTERS),
        (list(string.ascii_letters), LETTERS),
        (["1", "0", "1"], ("0", "1")),
        (["b", "a", "7"], ("7", "a", "b")),
        (["A", "a", "7"], ("7", "A", "a")),  # no folding where there is more than letters
        (["ı", "I"], ("I", "ı")),
        (["ſ", "S"], ("S", "ſ")),
        (["\u212a", "k"], ("k", "\u212a")),  # the Kelvin sign
        (["Ａ", "A"], ("A", "Ａ")),  # full width
        (["AB", "A"], ("A", "AB")),
        (["甲", "乙", "🙂", "👩‍🚒", " "], (" ", "乙", "甲", "👩‍🚒", "🙂")),
        (["10", "9", "1"], ("1", "10", "9")),  # as texts, not as numbers
    ],
)
def test_classes_of_labels(labels: list[str], classes: tuple[str, ...]) -> None:
    assert sorted(classes_of(entries_of(*labels))) == sorted(classes)
    assert classes_of(entries_of(*reversed(labels))) == tuple(sorted(classes))


@pytest.mark.parametrize(
    ("classes", "labels", "indices"),
    [
        (LETTERS, ["A", "a", "Z", "z"], [0, 0, 25, 25]),
        (("b", "a"), ["A", "a", "B"], [1, 1, 0]),
        (("I", "J"), ["i", "ı"], [0, -1]),
        (("S", "T"), ["s", "ſ"], [0, -1]),
        (("K", "L"), ["k", "\u212a"], [0, -1]),
        (("A", "b"), ["A", "a", "b", "B"], [0, -1, 1, -1]),  # given in both cases: exact
        (("A", "1"), ["A", "a", "1"], [0, -1, 1]),
        (("É", "E"), ["É", "é", "E", "e"], [0, -1, 1, -1]),
        (tuple("ΑΣΩ"), ["σ", "ς", "ω", "Σ", "ά"], [1, 1, 2, 1, -1]),
        (tuple("ас"), ["А", "С", "с", "C"], [0, 1, 1, -1]),  # the last is a Latin one
        (tuple("Aα"), ["a", "Α"], [-1, -1]),  # given in both cases
        (("ss", "ß"), ["ß", "ss", "SS"], [1, 0, -1]),
    ],
)
def test_indices_of_labels(classes: tuple[str, ...], labels: list[str], indices: list[int]) -> None:
    entries = entries_of(*labels)
    assert class_indices(entries, classes).tolist() == indices
    assert class_indices(entries, classes).dtype == np.int64
    assert entries.problems.count == 2 * indices.count(-1)


def test_a_label_that_is_no_class_is_named_with_its_entry() -> None:
    entries = entries_of("A", "%")
    class_indices(entries, LETTERS)
    assert '"0001.png": the label "%" is none of the 26 classes ("A", "B", "C", "D", "E" and 21 more)' in (
        entries.problems.summary()
    )


def test_number_of_classes() -> None:
    assert len(classes_of(entries_of("A", "b"), n_classes=26)) == 26
    check_count(LETTERS, 26)
    with pytest.raises(DataError, match=r'train.json: the labels make 2 classes \("0", "1"\), not 26'):
        classes_of(entries_of("0", "1"), n_classes=26)
    with pytest.raises(UsageError, match="--classes gives 26 classes and --n_classes says 10"):
        check_count(LETTERS, 10)


def test_one_slip_among_letters_is_named() -> None:
    with pytest.raises(DataError, match=r'"ı" of "0002.png" is not a letter A–Z'):
        classes_of(entries_of("A", "B", "ı", "C"), n_classes=26)


def test_one_class_is_too_few() -> None:
    with pytest.raises(DataError, match='every label is "7"; at least two classes are needed'):
        classes_of(entries_of("7", "7"))


def test_classes_that_look_the_same() -> None:
    with pytest.raises(DataError, match=r"two classes look the same .*U\+004B and U\+212A"):
        classes_of(entries_of("K", "\u212a"))


def test_labels_are_compared_composed() -> None:
    entries = entries_of("\u00e9", "e\u0301", "e", "u\u0308")
    classes = classes_of(entries)
    assert classes == ("e", "\u00e9", "\u00fc")
    assert class_indices(entries, classes).tolist() == [1, 1, 0, 2]
    assert class_indices(entries, ("u\u0308", "e", "e\u0301")).tolist() == [2, 2, 1, 0]  # as an older model
    (note,) = notes_on(entries, classes)
    assert note == '"e\u0301" is written in two ways, with its accents apart and composed: one class'
    assert not notes_on(entries_of("e\u0301", "e"), ("e", "\u00e9"))  # written in one way


def test_an_odd_label_among_letters_is_named_with_its_list() -> None:
    entries = entries_of("A", "b", "AB", "C", "7", "B")
    (note,) = notes_on(entries, classes_of(entries))
    assert note == (
        'train.json: "AB" of "0002.png" (and 1 more) is not a letter A–Z: the classes are the 6 labels as'
        " written, upper and lower case apart"
    )
    for labels in (["A", "b"], ["1", "2", "A"]):  # all letters; mostly something else
        assert not notes_on(entries_of(*labels), classes_of(entries_of(*labels)))


def test_given_classes(tmp_path: Path) -> None:
    file = tmp_path / "classes.txt"
    file.write_bytes("\ufeffcat\r\n甲\r\n\r\n".encode())
    assert given_classes(None) is None
    assert given_classes("0123456789") == tuple("0123456789")
    assert given_classes(["cat", "dog"]) == ("cat", "dog")
    assert given_classes("0-9") == given_classes("digits") == tuple("0123456789")
    assert given_classes("0-2,greek,?") == ("0", "1", "2", *ALPHABETS["greek"], "?")
    assert given_classes("alphanumeric") == given_classes("digits,letters")
    assert len(given_classes("chinese") or ()) == 100 and len(given_classes("cyrillic") or ()) == 33
    assert given_classes("*-+") == ("*", "-", "+") and given_classes("A-z") == ("A", "-", "z")
    assert given_classes(file) == given_classes(str(file)) == ("cat", "甲")


def test_no_name_of_an_alphabet_could_be_a_text_of_characters() -> None:
    """Each has a letter twice, so that as characters it would be refused."""
    assert all(len(set(name)) < len(name) for name in ALPHABETS)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ("", "at least two classes are needed, not 0"),
        ("A", "at least two classes are needed, not 1"),
        ("ABA", 'the class "A" is there twice'),
        ("classes.txt", 'the class "s" is there twice'),  # a file that is not there
        ("digits,0", 'the class "0" is there twice'),
        (["A", ""], "the class is empty"),
        (["A", "B\n"], "begins or ends with a space"),
        (["A", "B\x1b[0m"], r"the class has the character U\+001B"),
        (["A", "\udc80"], r"the class has the character U\+DC80"),
        (["A", 7], "the class is a number"),
        (["\u00e9", "e\u0301"], "two classes look the same"),
    ],
)
def test_given_classes_that_are_wrong(classes: str | list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        given_classes(classes)


def test_a_file_of_classes_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere.txt: no such file; a file with one class a line"):
        given_classes(tmp_path / "nowhere.txt")
    (tmp_path / "gbk.txt").write_bytes("甲\n乙\n".encode("gbk"))
    with pytest.raises(DataError, match="looks like GBK"):
        given_classes(str(tmp_path / "gbk.txt"))


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
