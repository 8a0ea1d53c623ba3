"""Whether probabilities mean what they say, and the temperature that makes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.config import MAX_TEMPERATURE, MIN_TEMPERATURE
from charmlp.metrics.intervals import wilson

Array = NDArray[Any]

BINS = 10
TRIALS, DRAWS = 1000, 10**7  # simulated test sets; random numbers in all, at most


class Bin(NamedTuple):
    """A tenth of the images, those of similar probability.

    low, high  smallest and largest probability in it
    confidence the mean of the probabilities
    accuracy   share of right answers
    n          images
    """

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy, 95 %."""
        return wilson(round(self.accuracy * self.n), self.n)


@dataclass(frozen=True)
class Calibration:
    """How far the probabilities of answers are from the shares of them that are right.

    bins        of equal numbers of images, the smallest probabilities first: the reliability diagram
    error       expected calibration error, Σ n_b/N |accuracy_b − confidence_b|, 0 to 1
    by_chance   the mean error of models whose probabilities are exactly right, on as many images
    by_chance_95  which 95 % of them do not exceed
    """

    bins: tuple[Bin, ...]
    error: float
    by_chance: float
    by_chance_95: float


def calibrate(confidences: Array, right: Array, seed: int = 2021) -> Calibration:
    """Compare the probabilities of N answers with whether they are right, in ten bins of equal numbers.

    Images of one probability count as right by their mean, so that their order does not matter. `by_chance`
    is simulated: of each image the answer is right with the probability that the model gives it, in up to
    1,000 test sets (Bröcker and Smith 2007, Weather and Forecasting 22, 651–661, "consistency resampling").
    """
    order = np.argsort(confidences, kind="stable")
    bins = _Bins(confidences[order].astype(np.float64))
    found = bins.sums(right[order][np.newaxis].astype(np.float64))
    chance = _errors_by_chance(bins, np.random.default_rng(seed))
    edges = bins.edges.tolist()
    return Calibration(
        bins=tuple(
            Bin(float(bins.confidences[first]), float(bins.confidences[end - 1]), total / n, right / n, n)
            for (first, end), total, right, n in zip(
                pairwise(edges), bins.totals.tolist(), found[0].tolist(), bins.counts.tolist(), strict=True
            )
        ),
        error=float(bins.errors(found)[0]),
        by_chance=float(chance.mean()),
        by_chance_95=float(np.quantile(chance, 0.95)),
    )


class _Bins:
    """Bins of equal numbers of images, whose probabilities are sorted; `totals` are the sums of those."""

    def __init__(self, confidences: Array) -> None:
        n = len(confidences)
        self.confidences = confidences
        bins = min(BINS, n)
        self.edges = np.arange(bins + 1) * n // bins
        self.counts = np.diff(self.edges)
        starts = np.flatnonzero(np.append(True, np.diff(confidences) > 0))  # of images of one probability
        group = np.searchsorted(starts, self.edges[:-1], "right") - 1
        self.left = np.append(starts[group], n)
        self.right = np.append(np.append(starts[1:], n)[group], n)
        self.part = (self.edges - self.left) / np.maximum(self.right - self.left, 1)
        self.totals = np.add.reduceat(confidences, self.edges[:-1])

    def sums(self, right: Array) -> Array:
        """Right answers in each bin, R×B, of R×N; an edge cuts images of one probability in proportion."""
        so_far = np.zeros((len(right), right.shape[1] + 1))
        np.cumsum(right, axis=1, out=so_far[:, 1:])
        at_edges = so_far[:, self.left] * (1 - self.part) + so_far[:, self.right] * self.part
        return np.diff(at_edges, axis=1)

    def errors(self, sums: Array) -> Array:
        """Σ_b |right_b − Σ confidences_b| / N of each row, R."""
        return np.abs(sums - self.totals).sum(axis=1) / len(self.confidences)


def _errors_by_chance(bins: _Bins, random: np.random.Generator) -> Array:
    """The error of each of many sets of answers that are right as often as their probabilities say."""
    n = len(bins.confidences)
    trials = min(TRIALS, max(100, DRAWS // n))
    together = max(1, 2**20 // n)
    sizes = [min(together, trials - first) for first in range(0, trials, together)]
    draws = (random.random((size, n), np.float32) < bins.confidences for size in sizes)
    return np.concatenate([bins.errors(bins.sums(right)) for right in draws])


def fit_temperature(logits: Array, labels: Array) -> float:
    """The temperature T for which softmax(z/T) suits N labelled images best (Guo et al. 2017, section 4.2).

    It minimises over β = 1/T, for logits z N×K and labels y,

        f(β)  = (1/N) Σₙ (log Σⱼ exp(β zₙⱼ) − β zₙy) + (β − log β)/N
        f'(β) = (1/N) Σₙ (E zₙ − zₙy) + (1 − 1/β)/N        E, Var: over j, with probabilities softmax(β zₙ)
        f″(β) = (1/N) Σₙ Var zₙ + 1/(N β²)

    The first term is the mean cross-entropy. The second, a prior that weighs as much as one image (a gamma
    distribution with its mode at β = 1), keeps T finite where all images are read right, and near 1 where
    there are few. f is strictly convex: Newton's steps, halving where one leads out of the bracket. 1 without
    images; from 0.01 to 100.
    """
    n = len(labels)
    if not n or not np.isfinite(logits).all():
        return 1.0
    z = np.subtract(logits, logits.max(axis=1, keepdims=True), dtype=np.float64)
    of_label = z[np.arange(n), labels]
    low, high, beta = 1 / MAX_TEMPERATURE, 1 / MIN_TEMPERATURE, 1.0
    for _ in range(100):
        q = calculus.softmax(beta * z)
        mean = (q * z).sum(axis=1)
        slope = (mean - of_label).sum() + 1 - 1 / beta
        curvature = ((q * z * z).sum(axis=1) - mean**2).sum() + 1 / beta**2
        low, high = (low, beta) if slope > 0 else (beta, high)
        step = beta - slope / curvature
        before, beta = beta, step if low < step < high else math.sqrt(low * high)
        if abs(beta - before) < 1e-9 * before:
            break
    return float(f"{1 / beta:.6g}")
