"""What a writer gets, and what it returns.

A writer compares what it has made with the Recognizer where something that runs it is there, and says what
it compared, or why not. Where weights are quantised, the model that has them is the one to compare with, and
what it costs is measured on validation letters: `job.cost`, which raises where that is too much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import CharmlpError
from charmlp.exporting.pictures import pictures
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer

Grey = NDArray[np.uint8]
BATCH = 4096


@dataclass(frozen=True)
class Cost:
    """What quantised weights cost: accuracy on `n` letters of a split, 0 to 1, before and after."""

    before: float
    after: float
    n: int
    split: str

    @property
    def points(self) -> float:
        """Accuracy that is lost, in percentage points; below 0 where it is gained."""
        return 100 * (self.before - self.after)


@dataclass(frozen=True)
class Job:
    """An export that is to be made.

    model       with its preprocessing, classes, activation, temperature
    to          the format's name
    bits        of a weight
    out         the file that will be written
    origin      the model's file, where it has one
    prefix      of names in programs, where `--prefix` gives one
    letters     labelled ones, N×H×W as the model sees them; None where none are known, which happens only at
                full precision or where any loss is taken
    split       for people, what they are: "validation"
    source      of these letters, which may have others for training; None where they were given themselves
    skip_bad    whether images of it that cannot be read are left out, as in training
    unmeasured  why there are none
    max_loss    percentage points of accuracy that may be lost
    """

    model: Model
    to: str
    bits: int
    out: Path
    origin: Path | None = None
    prefix: str | None = None
    letters: LetterSet | None = None
    split: str = "validation"
    source: Source | None = None
    skip_bad: bool = False
    unmeasured: str = ""
    max_loss: float = 100.0

    def cost(self, predict: Callable[[Grey], NDArray[Any]]) -> Cost | None:
        """The accuracy of what is exported beside the model's own; None where there are no letters.

        `predict` gives the number of the class, N, of grey images N×H×W as the model sees them. Raises
        `CharmlpError` where more than `max_loss` is lost.
        """
        if self.letters is None or not len(self.letters):
            return None
        own = Recognizer(self.model)
        before, after = (
            self._accuracy(read) for read in (lambda images: own.logits(images).argmax(axis=1), predict)
        )
        cost = Cost(before, after, len(self.letters), self.split)
        if cost.points > self.max_loss:
            raise CharmlpError(
                f"{self.bits} bits lose {cost.points:.2f} percentage points of accuracy, of {cost.n:,} "
                f"{cost.split} letters; at most {self.max_loss:g} are allowed (--max_loss)"
            )
        return cost

    def _accuracy(self, predict: Callable[[Grey], NDArray[Any]]) -> float:
        assert self.letters is not None
        images, labels = self.letters.images, self.letters.labels
        right = sum(
            int((predict(images[start : start + BATCH]) == labels[start : start + BATCH]).sum())
            for start in range(0, len(images), BATCH)
        )
        return right / len(images)


@dataclass(frozen=True)
class Draft:
    """What a writer has made.

    content     of the file
    compared    what ran it and on what it was compared, or why it was not
    difference  the largest of a probability that was found; None where nothing was compared. A writer whose
                numbers are whole compares those itself, and says 0
    cost        what `job.cost` said, where weights are quantised
    facts       more lines for people, each a text of the catalogue
    """

    content: bytes
    compared: str
    difference: float | None = None
    cost: Cost | None = None
    facts: tuple[str, ...] = ()


def largest_difference(model: Model, probabilities: Callable[[Grey], NDArray[Any]]) -> tuple[float, int]:
    """How far what is exported is from the Recognizer of `model`, at most, and on how many pictures.

    `probabilities` takes one picture, H×W of any size, and gives K of them.
    """
    recognizer, largest = Recognizer(model), 0.0
    made = pictures()
    for picture in made:
        expected = recognizer.predict_proba(recognizer.grey(picture)[np.newaxis])[0]
        difference = float(np.abs(probabilities(picture) - expected).max())
        largest = difference if np.isnan(difference) else max(largest, difference)
        if np.isnan(largest):
            break
    return largest, len(made)
