"""Probabilities of whole scores, as whole numbers: 2⁻ᵉ by the bits of e, multiplied together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from charmlp.calculus.elements import Array

FRACTION = 12  # bits of e behind the point
SPARE = 2  # bits of a difference beyond those of e
WHOLE = 2**16  # what a probability of 1 is
POWERS = tuple(round(2**16 * 2 ** -(2.0**-bit)) for bit in range(1, FRACTION + 1))  # 2⁻¹ᐟ², 2⁻¹ᐟ⁴, …


@dataclass(frozen=True)
class Softmax:
    """p = 2⁻ᵉ/Σ2⁻ᵉ with e = (max z − z)/(T ln 2), of scores z in 2⁻ᶠ.

    drop               bits of a difference of scores that do not count
    limit              a score so far below the largest, without these bits, counts as 0
    multiplier, shift  of e in 2⁻¹²: difference · m >> s
    """

    drop: int
    limit: int
    multiplier: int
    shift: int

    @classmethod
    def of(cls, fraction: int, temperature: float) -> Softmax:
        """Of scores in 2⁻ᶠ, and a temperature T."""
        factor = 2.0 ** (FRACTION - fraction) / (temperature * math.log(2))
        drop = max(0, math.floor(-math.log2(factor)) - SPARE)
        factor *= 2.0**drop
        limit = max(1, math.ceil(16 * 2**FRACTION / factor))
        shift = math.floor(math.log2((2**32 - 1) / limit / factor))
        return cls(drop, limit, int(factor * 2.0**shift), shift)

    def __call__(self, scores: Array) -> Array:
        """Whole numbers N×K that add up to about 2¹⁶."""
        apart = (scores.max(axis=1, keepdims=True) - scores) >> self.drop
        powers = np.full(scores.shape, WHOLE - 1, np.int64)
        exponents = np.minimum(apart, self.limit) * self.multiplier >> self.shift
        for number, power in enumerate(POWERS):
            has_bit = exponents >> (FRACTION - 1 - number) & 1 == 1
            powers = np.where(has_bit, powers * power >> 16, powers)
        powers = np.where(apart < self.limit, powers >> (exponents >> FRACTION), 0)
        found: Array = powers * (WHOLE - 1) // powers.sum(axis=1, keepdims=True)
        return found
