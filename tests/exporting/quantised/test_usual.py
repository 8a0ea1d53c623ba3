"""Which letters show how large a net's units become."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from charmlp.exporting.job import Job
from charmlp.exporting.quantised.usual import DRAWN, usual_letters
from charmlp.letters.letterset import LetterSet
from tests.exporting.nets import CLASSES, SIDES, letters, net


def job(**given: object) -> Job:
    return Job(net(), "c", 8, Path("net.h"), **given)  # type: ignore[arg-type]


def some(count: int) -> LetterSet:
    return LetterSet(letters(count), np.zeros(count, np.int64), CLASSES, ("a.png",) * count)


class Source:
    """Of letters with a training set, or without."""

    def __init__(self, *splits: str) -> None:
        self.splits = dict.fromkeys(splits, ("a.png",))

    def load(self, split: str, norm_size: tuple[int, int], **_: object) -> LetterSet:
        assert split == "train" and norm_size == SIDES
        return some(7)


def test_those_of_training_then_those_that_are_measured_then_scrawls() -> None:
    assert len(usual_letters(job(letters=some(3), source=Source("train", "val")))) == 7
    assert len(usual_letters(job(letters=some(3), source=Source("val")))) == 3
    assert len(usual_letters(job(letters=some(3)))) == 3
    drawn = usual_letters(job())
    assert drawn.shape == (DRAWN, *SIDES) and np.array_equal(drawn, usual_letters(job()))
    assert np.ptp(drawn, axis=(1, 2)).min() > 0
