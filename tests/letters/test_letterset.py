"""Letters in memory: what does not fit together is refused, what was left out is said in one line."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from charmlp.letters import letterset
from charmlp.letters.letterset import LetterSet, spell_out


def letters(*skipped: str) -> LetterSet:
    return LetterSet(np.zeros((2, 3, 4), np.uint8), np.zeros(2, int), ("A", "B"), ("a", "b"), skipped)


def test_what_it_says_of_itself() -> None:
    assert len(letters()) == 2 and repr(letters()) == "LetterSet(2 images of 3×4 in 2 classes)"
    assert letters().remarks("training") == []
    assert letters("c: bad").remarks("training") == ["left out 1 of 3 training images: c: bad"]
    (many,) = letters(*"cdefgh").remarks("test")
    assert many == "left out 6 of 8 test images, the first 5: c; d; e; f; g"


def test_images_labels_and_names_belong_together() -> None:
    images = np.zeros((2, 3, 4), np.uint8)
    with pytest.raises(ValueError, match="2 images, 1 labels and 2 names"):
        LetterSet(images, np.zeros(1, int), ("A",), ("a", "b"))
    with pytest.raises(ValueError, match="images must be uint8 N×H×W"):
        LetterSet(images.astype(float), np.zeros(2, int), ("A",), ("a", "b"))


def test_reasons_are_counted_and_the_first_five_spelled_out() -> None:
    assert spell_out("5 problems", "abcde") == "5 problems: a; b; c; d; e"
    assert spell_out("9 problems", "abcde", 9) == "9 problems, the first 5: a; b; c; d; e"
    assert doctest.testmod(letterset).attempted == 1 and doctest.testmod(letterset).failed == 0
