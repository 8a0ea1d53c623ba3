"""Answer only where the probability is high enough: how many answers are left, and how many of them right."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.metrics.intervals import wilson

Array = NDArray[Any]


@dataclass(frozen=True)
class Answered:
    """What is left where no answer below the probability `reject` is given.

    n, right  answers that are given, and how many of them are right
    total     images, answered or not
    """

    reject: float
    n: int
    right: int
    total: int

    @property
    def coverage(self) -> float:
        """Share of the images that are answered."""
        return self.n / max(self.total, 1)

    @property
    def accuracy(self) -> float | None:
        """Share of the answers that are right; `None` where there are none."""
        return self.right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy, 95 %."""
        return wilson(self.right, self.n)


@dataclass(frozen=True)
class Coverage:
    """The curve of accuracy over coverage (El-Yaniv and Wiener 2010, JMLR 11, 1605–1641).

    Point i answers the `answered[i]` images whose probability is at least `thresholds[i]`.

    thresholds  every probability that occurs, the largest first; M
    answered    images answered, M
    right       answered rightly, M
    """

    thresholds: Array
    answered: Array
    right: Array

    @property
    def shares(self) -> Array:
        """Share of the images that are answered, M."""
        return self.answered / max(int(self.answered[-1]), 1)

    @property
    def accuracies(self) -> Array:
        """Share of the answers that are right, M."""
        return self.right / self.answered

    def at(self, reject: float) -> Answered:
        """What is left where no answer below the probability `reject` is given."""
        points = int((self.thresholds >= reject).sum())
        n, right = (int(counts[points - 1]) if points else 0 for counts in (self.answered, self.right))
        return Answered(reject, n, right, int(self.answered[-1]))

    def reaching(self, accuracy: float) -> Answered | None:
        """The most answers of which the share `accuracy` is right; `None` where no threshold gives that.

        Its `reject` has the fewest decimals that tell the answered images from the others; all: 0.
        """
        reached = np.flatnonzero(self.right >= accuracy * self.answered)
        if not len(reached):
            return None
        last = int(reached[-1])
        if last == len(self.thresholds) - 1:
            return self.at(0.0)
        return self.at(_shortest(float(self.thresholds[last + 1]), float(self.thresholds[last])))


def measure_coverage(confidences: Array, right: Array) -> Coverage:
    """The curve of N answers: their probabilities, and whether they are right. N is at least 1."""
    order = np.argsort(-confidences, kind="stable")
    sorted_confidences = confidences[order]
    last = np.append(np.flatnonzero(np.diff(sorted_confidences)), len(order) - 1)  # of each probability
    return Coverage(sorted_confidences[last], last + 1, np.cumsum(right[order], dtype=np.int64)[last])


def _shortest(above: float, at_most: float) -> float:
    """A number above one and at most another, with the fewest decimals."""
    for decimals in range(1, 17):
        number = math.floor(at_most * 10**decimals) / 10**decimals
        if above < number <= at_most:
            return number
    return at_most
