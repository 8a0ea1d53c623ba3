"""Numbers of images by class: what is wrong with them is said, and nothing where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp.errors import DataError
from charmlp.letters.balance import Remark, notes_on_balance, remarks_on_balance
from charmlp.letters.letterset import LetterSet


def letters(*counts: int) -> LetterSet:
    labels = np.repeat(np.arange(len(counts)), counts)
    images = np.zeros((len(labels), 1, 1), np.uint8)
    classes = tuple(f"c{number}" for number in range(len(counts)))
    return LetterSet(images, labels, classes, tuple(map(str, range(len(labels)))))


@pytest.mark.parametrize(
    ("training", "validation", "notes"),
    [
        (letters(5, 4, 0), letters(1, 1, 0), []),
        (letters(38, 2), None, []),
        (letters(5, 1, 1), None, ['a single training image each: "c1", "c2"']),
        (
            letters(5, 5, 5),
            letters(1, 0, 1),
            ['no validation images, so that accuracy does not count them: "c1"'],
        ),
        (letters(40, 2), letters(1, 1), ['40 training images of "c0", 2 of "c1"']),
        (letters(*[2] * 9), letters(1, *[0] * 8), ['"c1", "c2", "c3", "c4", "c5" and 3 more']),
    ],
)
def test_notes(training: LetterSet, validation: LetterSet | None, notes: list[str]) -> None:
    found = list(notes_on_balance(training, validation))
    assert len(found) == len(notes)
    for line, words in zip(found, notes, strict=True):
        assert words in line


def test_one_class_is_too_few_unless_others_are_rendered() -> None:
    with pytest.raises(DataError, match=r"images are of one class, .c1.; at least two are needed$"):
        list(notes_on_balance(letters(0, 7), letters(0, 1)))
    (note,) = notes_on_balance(letters(0, 7), None, letters(5, 5))
    assert note.endswith('of one class, "c1"; the others are learned from rendered letters alone')


def test_remarks_tell_all_names_or_some() -> None:
    remark = Remark("blank", tuple("abcdefg"), "remove them")
    assert remark.line() == 'blank: "a", "b", "c", "d", "e" and 2 more; remove them'
    assert remark.line(7) == 'blank: "a", "b", "c", "d", "e", "f", "g"; remove them'
    assert remark.line(0) == "blank; remove them"


def test_each_set_beside_training_is_looked_at() -> None:
    sets = {"validation": letters(1, 0), "test": letters(0, 1)}
    lines = [remark.line() for remark in remarks_on_balance(letters(5, 5), sets)]
    assert [line.split(" images")[0] for line in lines] == ["no validation", "no test"]
    assert lines[0].endswith('"c1"') and lines[1].endswith('"c0"')
