"""Pillow's bilinear resize of grey pictures, to the byte, with whole numbers alone.

Pixel o of `out` is a mean of the pixels i of `size`, weighted by a triangle around its centre whose half base
is one pixel of the larger of the two. In units in which all of it is whole,

    n = max(0, 2 max(size, out) − |(2i + 1) out − (2o + 1) size|),   share = round(2²² n / Σn)

Pillow computes the shares in floating point before it rounds them: its error is far below the distance of any
quotient from a half. Each of the two passes rounds to bytes (libImaging/Resample.c of Pillow 13).
"""

import functools

import numpy as np
from numpy.typing import NDArray

from charmlp.calculus.elements import Array

SHARE_BITS = 22
MOST_SIDE = 2**15 - 1  # pixels of a side: an int of 16 bits, and all sums below 2³²


@functools.lru_cache(maxsize=256)
def shares(size: int, out: int) -> Array:
    """What each of `size` pixels counts in each of `out`: out×size, in 2²²nds."""
    pixels, place = np.arange(size), np.arange(out)[:, np.newaxis]
    tents = np.maximum(0, 2 * max(size, out) - np.abs((2 * pixels + 1) * out - (2 * place + 1) * size))
    totals = tents.sum(axis=1, keepdims=True)
    return ((tents << (SHARE_BITS + 1)) + totals) // (2 * totals)


def is_vertical_first(height: int, width: int, out_height: int, out_width: int) -> bool:
    """Whether the columns are made shorter before the rows are: where that is much the more to do."""
    return 0 < height - out_height > 2 * (width - out_width)


def resize(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The picture H×W, each side at most 32,767, in another size."""
    columns, rows = shares(picture.shape[0], height), shares(picture.shape[1], width)
    values = picture.astype(np.int64)
    if is_vertical_first(picture.shape[0], picture.shape[1], height, width):
        return _bytes(_bytes(columns @ values) @ rows.T).astype(np.uint8)
    return _bytes(columns @ _bytes(values @ rows.T)).astype(np.uint8)


def _bytes(sums: Array) -> Array:
    """Sums of shares times bytes, rounded; rounded shares can add up to a little more than 1."""
    return np.minimum((sums + 2 ** (SHARE_BITS - 1)) >> SHARE_BITS, 255)
