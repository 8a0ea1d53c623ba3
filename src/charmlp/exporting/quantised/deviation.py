"""The standard deviation of an image's pixels, as a whole number of 2⁻ʰ grey levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from charmlp.calculus.elements import Array

MOST_BITS = 12  # of the variance behind the point


@dataclass(frozen=True)
class Deviation:
    """How that of D pixels is computed: from their variance times `numerator`/`denominator` = 2²ʰ/D.

    bits  h
    """

    size: int
    bits: int
    numerator: int
    denominator: int

    @classmethod
    def of(cls, size: int) -> Deviation:
        """With as many bits as leave every number below 2³²; `size` is below 2¹⁶."""
        largest = size * 255**2 // 4  # Σ(p − mean)², half of the pixels black and half of them white
        bits = MOST_BITS
        while largest * (2**bits // math.gcd(2**bits, size)) >= 2**32:
            bits -= 2
        common = math.gcd(2**bits, size)
        return cls(size, bits // 2, 2**bits // common, size // common)

    @property
    def least(self) -> float:
        """The smallest part of the true deviation that is found: it is rounded down, and is 1 or more."""
        return max(0.5, 1 - 2.0**-self.bits)

    def __call__(self, images: Array) -> Array:
        """Of uint8 pixels N×D: N whole numbers; a deviation below one grey level counts as one.

        With the mean rounded down, m, and e = Σp − mD, D times the variance is Σ(p − m)² − e²/D.
        """
        pixels = images.astype(np.int64)
        mean, rest = np.divmod(pixels.sum(axis=1), self.size)
        squares = ((pixels - mean[:, np.newaxis]) ** 2).sum(axis=1) - rest * rest // self.size
        variances = np.maximum(squares, self.size) * self.numerator // self.denominator
        return np.array([math.isqrt(int(variance)) for variance in variances], np.int64)
