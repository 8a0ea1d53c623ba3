"""`evaluate`: a model measured on labelled letters."""

from __future__ import annotations

import json

import numpy as np
import pytest

import charmlp
from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer

CLASSES = ("A", "B", "C")


def recognizer() -> Recognizer:
    """Reads the class from which of three pixels is the brightest."""
    return Recognizer(
        Model(CLASSES, (1, 3), "scale", "none", (np.eye(3, dtype=np.float32),), (np.zeros(3, np.float32),))
    )


def letters(labels: list[int], shown: list[int], classes: tuple[str, ...] = CLASSES) -> LetterSet:
    """Images that show one class and are labelled as another, perhaps."""
    images = (255 * np.eye(3)[np.array(shown, int)]).astype(np.uint8).reshape(-1, 1, 3)
    return LetterSet(images, np.array(labels, np.int64), classes, tuple(map(str, range(len(labels)))))


def test_figures() -> None:
    evaluation = charmlp.evaluate(recognizer(), letters([0, 1, 2, 2], [0, 1, 2, 1]))
    assert evaluation.accuracy == 0.75
    found = json.loads(json.dumps(evaluation.to_dict()))
    assert found["n"] == 4
    assert found["per_class"]["C"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }
    assert found["per_class"]["B"]["precision"] == 0.5
    assert repr(evaluation).startswith("Evaluation(Scores(n=4, accuracy=0.7500")


def test_many_letters_are_read_in_parts() -> None:
    labels = list(np.arange(10_000) % 3)
    assert charmlp.evaluate(recognizer(), letters(labels, labels)).accuracy == 1


def test_other_classes_are_refused() -> None:
    with pytest.raises(DataError, match="the data has the classes A C B, the model A B C"):
        charmlp.evaluate(recognizer(), letters([0], [0], ("A", "C", "B")))


def test_nothing_to_test_on() -> None:
    with pytest.raises(DataError, match="no images"):
        charmlp.evaluate(recognizer(), letters([], []))
