"""The drawn letters are what their docstring says: all letters, five forms, nothing outside the pad."""

from __future__ import annotations

import json
from collections import Counter
from string import ascii_uppercase
from typing import Any

import numpy as np

from tests.drawings.making import FOLDER, HANDS, LETTERS, skeletons, way

FORMS = ("block", "other", "quick", "small", "joined")


def drawings() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(LETTERS.read_text("utf-8"))
    return found


def faults(drawn: dict[str, Any]) -> list[str]:
    """What of a drawing cannot be."""
    places = [np.cumsum(np.reshape(stroke[1:], (-1, 2)), axis=0) for stroke in drawn["strokes"]]
    every = np.concatenate(places)
    found = ["outside the pad"] if every.min() < 0 or every.max() > 1000 else []
    if abs(np.ptp(every, axis=0).max() / 1000 - drawn["size"]) > 0.15:
        found.append("not of that size")
    if drawn["device"] == "pen" and [*map(len, drawn["press"])] != [*map(len, places)]:
        found.append("a pressure for each event")
    return found


def test_every_letter_in_five_forms_by_two_hands() -> None:
    counts = Counter((each["letter"], each["form"]) for each in drawings())
    assert counts == {(letter, form): HANDS for letter in ascii_uppercase for form in FORMS}


def test_drawings_are_sound() -> None:
    assert [faults(each) for each in drawings() if faults(each)] == []


def test_an_unsound_drawing_is_noticed() -> None:
    drawn = drawings()[0]
    moved = [[start, x + 800, *rest] for start, x, *rest in drawn["strokes"]]
    assert faults(drawn | {"strokes": moved}) == ["outside the pad"]
    assert faults(drawn | {"size": 0.1}) == ["not of that size"]


def test_skeletons_are_one_a_form() -> None:
    assert len(skeletons()) == 26 * len(FORMS) and (FOLDER / "skeletons.txt").is_file()
    assert way("0,0! 10,0! 10,10")[-1].tolist() == [10, 10]
