"""Dropout masks, drawn outside the steps so that every step uses the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def draw_masks(
    rng: np.random.Generator,
    n: int,
    sizes: Sequence[int],
    shares: Sequence[float],
    dtype: DTypeLike = np.float32,
) -> list[NDArray[Any] | None]:
    """A mask n×size for each size, `None` where nothing is dropped.

    Kept units are 1/(1−p), so that the mean stays (inverted dropout: Srivastava et al. 2014, section 10).
    Each unit costs one random byte, so that p is rounded to a multiple of 1/256.
    """
    return [
        draw_mask(rng, (n, size), share, dtype) if share else None
        for size, share in zip(sizes, shares, strict=True)
    ]


def draw_mask(
    rng: np.random.Generator, shape: tuple[int, int], share: float, dtype: DTypeLike
) -> NDArray[Any]:
    dropped = min(max(round(share * 256), 1), 255)
    table = np.full(256, 256 / (256 - dropped), dtype)
    table[:dropped] = 0
    return table[rng.integers(0, 256, shape, dtype=np.uint8)]
