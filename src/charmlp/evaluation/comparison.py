"""Whether one setting reads better than another, or whether luck explains as much.

What is known of a setting is which of the same N images it reads right: S×N booleans, a row for each of its
runs, which differ in their seed. Two kinds of luck stand between that and the setting: which images were
asked, and which seeds were drawn. Each of them is an own part of the test below; a seed more never counts as
N images more, since its images are the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp.metrics.intervals import Z_95

Readings = NDArray[np.bool_]
Array = NDArray[np.float64]

LEVEL = 0.05  # a p below it shows a difference
Z_80 = 0.841621  # 80 % of the normal distribution lie below it
MOST_STEPS = 2**22  # of a sum that is counted out; beyond, it is as good as normal


@dataclass(frozen=True)
class Pair:
    """Two settings on the same N images.

    difference   accuracy of the first less that of the second, −1 to 1
    only_a       images that the first reads and the second misreads; on average over seeds
    only_b       the other way round
    p            how often luck alone makes a difference of this size, were there none
    detectable   a true difference of that size has p below 0.05 four times in five
    """

    difference: float
    only_a: float
    only_b: float
    p: float
    detectable: float


def compare_readings(a: Readings, b: Readings) -> Pair:
    """Compare two settings, Sa×N and Sb×N: whether each run reads each of the same images right.

    One run each: McNemar's exact test (`mcnemar`). Several: its extension to seeds (`Luck`), which is the
    same for one run each.
    """
    right_a, right_b, n = a.mean(axis=0), b.mean(axis=0), a.shape[1]
    only_a, only_b = float((right_a * (1 - right_b)).sum()), float((right_b * (1 - right_a)).sum())
    difference = float((right_a - right_b).mean())
    luck = Luck.of(a, b)
    if len(a) == len(b) == 1:
        p = mcnemar(round(only_a), round(only_b))
    else:
        p = luck.exceeds(abs(difference))
    return Pair(difference, only_a, only_b, p, luck.detectable(n))


def mcnemar(only_a: int, only_b: int) -> float:
    """p of McNemar's exact test (1947, Psychometrika 12, 153–157).

    Of the images that one of two models reads and the other misreads, were both as good, each would be read
    by one or the other with probability ½; p = 2 Σ_{k ≤ min} C(n, k) 2⁻ⁿ, at most 1.
    """
    n, fewer = only_a + only_b, min(only_a, only_b)
    if only_a == only_b:
        return 1.0
    log_half = n * math.log(2) - math.lgamma(n + 1)
    logs = [-log_half - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(map(math.exp, logs)))


@dataclass(frozen=True)
class Luck:
    """The differences in accuracy that two settings of one accuracy show by luck: images + seeds.

    Images: dᵢ is what the first reads of image i, a share of its seeds, less what the second does. Were they
    as good, dᵢ and −dᵢ would be as likely: the mean of ±dᵢ, each whole image with a sign of its own, all 2ᴺ
    choices counted (Fisher 1935, The Design of Experiments, §21). For one run each that is McNemar's test.

    Seeds: a lucky one reads more on all images. Analysis of variance with images crossed and seeds nested in
    settings (Obuchowski and Rockette 1995, Commun. Stat. Simul. 24, 285–308) tells σ², the variance of a
    run's true accuracy, from what images explain: σ² = variance of the runs' accuracies less that of their
    residuals / N, at least 0. The seeds' part is √(σ² (1/Sa + 1/Sb)) · t, Student's with Sa + Sb − 2
    degrees of freedom: the sum of the two is Behrens and Fisher's, which errs on the careful side.

    images    probabilities of the sums of ±dᵢ, from −M to M times `step`
    step      in accuracy
    seeds     √(σ² (1/Sa + 1/Sb))
    freedom   Sa + Sb − 2
    """

    images: Array
    step: float
    seeds: float
    freedom: int

    @classmethod
    def of(cls, a: Readings, b: Readings) -> Luck:
        n, weights = a.shape[1], (len(b), len(a))
        units = np.abs(a.sum(axis=0) * weights[0] - b.sum(axis=0) * weights[1])  # dᵢ · Sa · Sb, whole numbers
        divisor = max(int(np.gcd.reduce(units)), 1)
        images, widened = signed_sums(units // divisor)
        step = divisor * widened / (len(a) * len(b) * n)
        return cls(images, step, math.sqrt(seed_variance(a, b)), len(a) + len(b) - 2)

    @property
    def differences(self) -> Array:
        """The differences in accuracy that `images` has the probabilities of."""
        most = len(self.images) // 2
        return np.arange(-most, most + 1, dtype=np.float64) * self.step

    @property
    def deviation(self) -> float:
        """The standard deviation of images and seeds together."""
        return math.sqrt(float((self.images * self.differences**2).sum()) + self.seeds**2)

    def exceeds(self, difference: float) -> float:
        """The probability of a difference as large as this one, in either direction."""
        found, least = self.differences, difference - self.step / 2  # half a step: safe from rounding
        if not self.seeds:
            return float(min(1.0, self.images[np.abs(found) > least].sum()))
        above = student_above((difference - found) / self.seeds, self.freedom)
        return float(min(1.0, 2 * (self.images * above).sum()))  # both parts are symmetric

    def detectable(self, n: int) -> float:
        """The true difference d that has p below 0.05 with probability 80 %, at most 1.

        d = k s, where s is the standard deviation then: besides today's, each point of d may be images that
        are read differently, s² = σ² + d/N (Connor 1987, Biometrics 43, 207–211); and k is 0.84 + 1.96, the
        latter as many deviations as have p = 0.05, more with few seeds.
        """
        beyond = self.limit() / self.deviation if self.deviation else 0.0
        k = Z_80 + max(beyond, Z_95)
        return min(1.0, k * (k / n + math.sqrt((k / n) ** 2 + 4 * self.deviation**2)) / 2)

    def limit(self) -> float:
        """The smallest difference whose p is below 0.05."""
        low, high = 0.0, 1.0
        while high - low > 1e-4:
            middle = (low + high) / 2
            low, high = (low, middle) if self.exceeds(middle) < LEVEL else (middle, high)
        return high


def signed_sums(units: NDArray[np.int64]) -> tuple[Array, int]:
    """How probable each value of Σ ±uᵢ is, from −M to M, and how many units a step of them is.

    Its characteristic function is Π cos(uᵢ t), of which the probabilities are the Fourier coefficients. A sum
    of very many steps is rounded to fewer.
    """
    most = int(units.sum())
    widened = -(-most // MOST_STEPS) or 1
    counts = np.bincount(units)
    if widened > 1:
        most //= widened
        places = np.arange(-most, most + 1) * widened
        normal = np.exp(-(places**2) / (2.0 * float((units.astype(float) ** 2).sum())))
        return normal / normal.sum(), widened
    size = 2 ** (2 * most + 1).bit_length()
    angles = 2 * np.pi * np.arange(size // 2 + 1) / size
    product = np.ones(len(angles))
    for unit in np.flatnonzero(counts[1:]) + 1:
        product *= np.cos(unit * angles) ** counts[unit]
    chances = np.maximum(np.fft.irfft(product, size), 0.0)
    return np.concatenate([chances[size - most :], chances[: most + 1]]), widened


def seed_variance(a: Readings, b: Readings) -> float:
    """σ² (1/Sa + 1/Sb): what the seeds add to the variance of the difference; 0 for one run each."""
    freedom, n = len(a) + len(b) - 2, a.shape[1]
    if not freedom or n < 2:
        return 0.0
    of_accuracies = of_residuals = 0.0
    for rows in (a, b):
        off = rows - rows.mean(axis=0)  # what a seed reads that others of its setting do not
        own = off.mean(axis=1, keepdims=True)
        of_accuracies += float((own**2).sum())
        of_residuals += float(((off - own) ** 2).sum()) / (n - 1)
    return max(0.0, of_accuracies - of_residuals / n) / freedom * (1 / len(a) + 1 / len(b))


def student_above(t: Array, freedom: int) -> Array:
    """The probability that Student's t with so many degrees of freedom, a whole number, is above `t`.

    Abramowitz and Stegun 1964, 26.7.3 and 26.7.4: with θ = arctan t/√ν, sums of powers of cos θ.
    """
    angle = np.arctan(t / math.sqrt(freedom))
    sine, cosine = np.sin(angle), np.cos(angle)
    odd = freedom % 2
    term = np.array(cosine if odd else np.ones_like(cosine))
    total = np.zeros_like(cosine)
    for k in range(1 + odd, freedom, 2):
        total += term
        term = term * cosine**2 * k / (k + 1)
    within = (angle + sine * total) * 2 / np.pi if odd else sine * total
    above: Array = 0.5 - within / 2
    return above


def holm(p: Sequence[float]) -> list[float]:
    """Each p as it counts among all of them (Holm 1979, Scand. J. Stat. 6, 65–70).

    The smallest of m is multiplied by m, the next by m − 1, and so on; none counts less than one before it.
    """
    adjusted, highest = [0.0] * len(p), 0.0
    for rank, number in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        highest = max(highest, min(1.0, p[number] * (len(p) - rank)))
        adjusted[number] = highest
    return adjusted
