"""Pillow's bilinear resize of grey bytes, to the last bit (its `src/libImaging/Resample.c`).

Where a row of n pixels becomes m, pixel j of the result is Σᵢ kⱼᵢ pᵢ / 2²², and kⱼᵢ is 2²² times the share
of pixel i, rounded. Shares fall from the middle of j to both sides, over the width of one pixel, or, in a
picture that shrinks, of as many as become one; those of each j sum to 1. With D = 2 max(n, m) they are

    aⱼᵢ / Σᵢ aⱼᵢ,   aⱼᵢ = max(0, D − |(2i + 1) m − (2j + 1) n|).

The result is rounded to bytes after the first pass, along the rows, and again after the second, along the
columns. From Pillow 13 on the columns come first in pictures of H×W that become h×w where H > h and
H − h > 2 (W − w). Whole numbers of 30 bits are exact in float64, in which products are quick.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from charmlp.exporting.onnx.graph import DOUBLE, INT, Graph, Value
from charmlp.exporting.passes import COLUMNS_MAY_COME_FIRST

ONE = 2**22  # a share of 1


class Box(NamedTuple):
    """What of each picture is resized: int64, N×1×1 or 1×1×1."""

    left: Value
    top: Value
    right: Value
    bottom: Value


def whole_picture(g: Graph, height: Value, width: Value) -> Box:
    zero = g.constant(np.zeros((1, 1, 1), INT))
    return Box(zero, zero, width.with_axes(0, 1, 2), height.with_axes(0, 1, 2))


def resized(g: Graph, grey: Value, height: Value, width: Value, size: tuple[int, int], box: Box) -> Value:
    """Pictures N×H×W, float64 bytes, resized to `size`, height and width; of each what is in its box.

    As Pillow has it, pixels beyond the box have a share where that of its side reaches over it.
    """
    down = shares(g, height, box.top, box.bottom, size[0])
    across = shares(g, width, box.left, box.right, size[1]).transposed(0, 2, 1)
    usual = rounded(down @ rounded(grey @ across))
    if not COLUMNS_MAY_COME_FIRST:
        return usual
    shrinks = (height - size[0]).at_least(0)
    columns_first = shrinks > ((width - size[1]) * 2).at_least(0)
    return g("Where", columns_first, rounded(rounded(down @ grey) @ across), usual, dtype=DOUBLE)


def shares(g: Graph, length: Value, start: Value, end: Value, size: int) -> Value:
    """k, N×size×length or 1×size×length, of rows of `length` pixels, of which start to end become `size`."""
    n = end - start
    pixel = g.numbers_below(length).with_axes(0, 1)
    middles = 2 * np.arange(size, dtype=INT).reshape(1, size, 1) + 1
    distance = g("Abs", ((pixel - start) * 2 + 1) * size - n * middles)
    parts = (n.at_least(size) * 2 - distance).at_least(0)
    whole = parts.sum(2)
    return ((parts * (2 * ONE) + whole) / (whole * 2)).to(DOUBLE)


def rounded(sums: Value) -> Value:
    """Bytes."""
    return ((sums + ONE / 2) / ONE).floor().at_most(255.0)
