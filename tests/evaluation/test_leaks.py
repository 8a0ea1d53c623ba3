"""Accuracy with and without the letters that training has nearly seen."""

from __future__ import annotations

import json

import numpy as np
import pytest

from charmlp.evaluation import evaluate
from charmlp.evaluation.leaks import Leaks
from charmlp.letters.letterset import LetterSet
from charmlp.modelfile import Model


def noise(count: int, seed: int) -> LetterSet:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 16, 16)).astype(np.uint8)
    return LetterSet(images, np.arange(count) % 2, ("A", "B"), tuple(f"{seed}-{at}" for at in range(count)))


def always_a() -> Model:
    """A model that reads every picture as A."""
    weights = (np.zeros((2, 256), np.float32),)
    return Model(
        classes=("A", "B"),
        norm_size=(16, 16),
        preprocessing="scale",
        act_type="relu",
        weights=weights,
        biases=(np.array([1.0, 0.0], np.float32),),
    )


def test_worked_by_hand() -> None:
    """Ten letters, five of them A; of these, letters 0, 2 and 4 are in training, of the others letter 1."""
    training, test = noise(6, 1), noise(10, 2)
    training.images[[5, 3, 0, 1]] = test.images[[0, 2, 4, 1]]
    leaks = Leaks(evaluate(always_a(), test), training)
    assert len(leaks) == 4
    assert leaks.accuracy_of_twins == pytest.approx(3 / 4)
    assert leaks.accuracy == pytest.approx(2 / 6)
    low, high = leaks.interval
    assert 0 < low < 2 / 6 < high < 1
    facts = leaks.to_dict()
    assert {(each["file"], each["train"]) for each in facts["files"]} == {
        ("2-0", "1-5"), ("2-2", "1-3"), ("2-4", "1-0"), ("2-1", "1-1"),
    }  # fmt: skip
    assert (facts["n"], facts["n_without"]) == (4, 6)
    json.dumps(facts)


def test_no_twins_and_nothing_else() -> None:
    test = noise(10, 2)
    none = Leaks(evaluate(always_a(), test), noise(6, 1))
    assert len(none) == 0 and none.accuracy_of_twins is None and none.accuracy == pytest.approx(0.5)
    every = Leaks(evaluate(always_a(), test), test)
    assert len(every) == 10 and every.accuracy is None and every.interval == (0.0, 1.0)
