"""Weights of 8 bits, each row with a scale of its own: w = s q, q from −127 to 127."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 127


class Rows(NamedTuple):
    """integers, int8 out×in, and scales, float32 out."""

    integers: NDArray[np.int8]
    scales: NDArray[np.float32]

    @property
    def weight(self) -> NDArray[np.float32]:
        """What they stand for, float32 out×in."""
        return self.integers.astype(np.float32) * self.scales[:, np.newaxis]


def quantised(weight: NDArray[np.float32]) -> Rows:
    """The nearest such weights; the largest of a row becomes ±127. A row of zeros has the scale 1."""
    largest = np.abs(weight).max(axis=1)
    scales = np.where(largest > 0, largest / MOST, 1).astype(np.float32)
    return Rows(np.rint(weight / scales[:, np.newaxis]).astype(np.int8), scales)
