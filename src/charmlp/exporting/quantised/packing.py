"""Rows of the integer model as bytes: what C and Python read, one after the other.

A row is its weights, its multiplier, and its bias in four bytes, the highest first. Weights of 8 bits are a
byte each (of −1 it is 255); of 4 bits two share a byte, the first in its lower half, 8 too large each, and of
an odd number the last half is that of a 0.
"""

import numpy as np
from numpy.typing import NDArray

from charmlp.exporting.quantised.network import IntegerLayer

BEHIND = 5  # bytes of a row behind its weights


def packed_rows(layer: IntegerLayer, bits: int) -> NDArray[np.uint8]:
    """K rows of bytes."""
    biases = layer.biases.astype(">i4").view(np.uint8).reshape(-1, 4)
    multipliers = layer.multipliers.astype(np.uint8)[:, np.newaxis]
    return np.hstack([_packed_weights(layer.weights, bits), multipliers, biases])


def _packed_weights(weights: NDArray[np.int8], bits: int) -> NDArray[np.uint8]:
    if bits == 8:
        return weights.view(np.uint8)
    raised = (weights + 8).astype(np.uint8)
    if raised.shape[1] % 2:
        raised = np.pad(raised, ((0, 0), (0, 1)), constant_values=8)
    return np.bitwise_or(raised[:, ::2], raised[:, 1::2] << 4, dtype=np.uint8)
