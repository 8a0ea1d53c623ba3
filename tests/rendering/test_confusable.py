"""The table of confusable characters is what the fonts say."""

from __future__ import annotations

import itertools
import statistics

import numpy as np
import pytest

from charmlp.letters.alphabets import ALPHABETS, small_letters
from charmlp.letters.confusable import GROUPS, confusable_groups
from charmlp.rendering.fonts import Font, find_fonts
from charmlp.rendering.fonts.judging import stretched

ALIKE = 0.8
BY_THEIR_STROKE = {"1I", "1l", "Il"}  # bars, in some fonts with a flag or a foot: alike to people
CASES = [
    ("Latin", ALPHABETS["letters"][:26]),
    ("Greek", ALPHABETS["greek"]),
    ("Cyrillic", ALPHABETS["cyrillic"]),
]


@pytest.fixture(scope="module")
def faces() -> list[Font]:
    """One upright face of each family."""
    upright: dict[str, Font] = {}
    for font in find_fonts():
        if "Italic" not in font.style and (font.family not in upright or "Regular" in font.style):
            upright[font.family] = font
    return list(upright.values())


def likeness(faces: list[Font], texts: str) -> dict[str, float]:
    """By pair, the correlation of the two glyphs, stretched to a square, in the middle one of the faces."""
    drawn = [stretched(face, tuple(texts)) for face in faces]
    return {
        a + b: statistics.median(float(np.dot(each[a], each[b])) for each in drawn if {a, b} <= each.keys())
        for a, b in itertools.combinations(texts, 2)
    }


def grouped(pair: str) -> bool:
    return any(set(pair) <= set(group) for group in GROUPS)


@pytest.mark.parametrize(("script", "capitals"), CASES, ids=[script for script, _ in CASES])
def test_capitals_and_small_letters_that_are_alike(faces: list[Font], script: str, capitals: str) -> None:
    pairs = {capital + small for capital in capitals for small in small_letters(capital)}
    found = likeness(faces, "".join(dict.fromkeys("".join(sorted(pairs)))))
    assert {pair for pair in pairs if found[pair] >= ALIKE} == {pair for pair in pairs if grouped(pair)}


def test_digits_are_alike_to_no_letter_but_o_and_to_strokes(faces: list[Font]) -> None:
    found = likeness(faces, ALPHABETS["alphanumeric"])
    pairs = {pair for pair, value in found.items() if value >= ALIKE}
    assert pairs | BY_THEIR_STROKE == {pair for pair in found if grouped(pair)}


def test_groups_are_of_the_given_classes() -> None:
    assert confusable_groups(ALPHABETS["alphanumeric"]) == [tuple(group) for group in GROUPS[:8]]
    assert confusable_groups(ALPHABETS["digits"]) == confusable_groups(ALPHABETS["letters"][:26]) == []
    assert confusable_groups(("0", "O", "cat")) == [("0", "O")]
    assert len("".join(GROUPS)) == len(set("".join(GROUPS)))
