"""Sheets of letters: what stands below each."""

from __future__ import annotations

import doctest

import numpy as np

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import RED
from charmlp.drawing.marks import Pixels, Text
from charmlp.evaluation.pictures import letters as module
from charmlp.evaluation.pictures.letters import contact_sheet, readings
from charmlp.letters.letterset import LetterSet
from tests.evaluation.pictures.conftest import ODD_NAMES, evaluation


def drawn(labels: list[int], guesses: list[int]) -> Canvas:
    of = evaluation(labels, guesses, "ABC")
    return readings(of.letters, of.predictions, of.confidences)


def test_a_contact_sheet_labels_its_images() -> None:
    images = np.arange(20 * 64, dtype=np.uint8).reshape(20, 8, 8)
    letters = LetterSet(images, np.arange(20) % 2, ("A", "B"), tuple(map(str, range(20))))
    canvas = contact_sheet([("train", letters)])
    assert canvas.texts == ["train", *["A", "B"] * 10]
    shown = [mark.pixels for mark in canvas.marks if isinstance(mark, Pixels)]
    assert np.array_equal(np.stack(shown), images)


def test_what_is_misread_is_told_the_surest_first() -> None:
    canvas = drawn([0, 1, 2, 0, 1, 2], [0, 1, 0, 0, 2, 2])
    assert canvas.texts[:7] == [
        "6 of 6 images: label → prediction", "A", "B", "C → A", "A", "B → C", "C",
    ]  # fmt: skip
    assert canvas.texts[7] == "misread, the surest first: 2 of 2"
    first, _, second, _ = canvas.texts[8:]
    assert (first, second) == ("C → A", "B → C")
    red = {mark.text for mark in canvas.marks if isinstance(mark, Text) and mark.colour == RED}
    assert red == {"C → A", "B → C"}
    assert "misread" not in " ".join(drawn([0, 1], [0, 1]).texts)


def test_probabilities_stand_below_the_misread_ones() -> None:
    of = evaluation([0, 1, 2], [1, 1, 1], "ABC")
    texts = readings(of.letters, of.predictions, np.array([0.9996, 0.5, 0.25])).texts
    assert texts[-4:] == ["A → B", "99.9 %", "C → B", "25 %"]


def test_a_useless_model_and_any_name() -> None:
    labels = np.arange(400) % len(ODD_NAMES)
    of = evaluation(labels.tolist(), ((labels + 1) % len(ODD_NAMES)).tolist(), ODD_NAMES)
    canvas = readings(of.letters, of.predictions, of.confidences)
    assert "misread, the surest first: 96 of 400" in canvas.texts and canvas.picture.height < 2000
    assert "\u202e" not in canvas.svg()


def test_the_examples_of_the_code() -> None:
    assert doctest.testmod(module).attempted and doctest.testmod(module).failed == 0
