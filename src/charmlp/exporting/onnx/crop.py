"""The letter's box in each of N pictures, found in the same steps as by `charmlp.images.crop.letter_box`.

Grey levels and counts are whole numbers in float64, so that what is compared is the same to the last bit.
"""

from __future__ import annotations

import numpy as np

from charmlp.exporting.onnx.graph import DOUBLE, INT, Graph, Value
from charmlp.exporting.onnx.resize import Box, whole_picture
from charmlp.images.crop import DUST, LEAST_CONTRAST, MARGIN, MOST_AT_SIDE, MOST_TOUCHED, NARROWEST, SIDE

HALF_BYTE = 16  # a histogram of bytes is a table of their two halves


def letter_box(g: Graph, grey: Value, height: Value, width: Value) -> Box:
    """Of each of N pictures N×H×W the letter with a small margin, or all where that is not clear."""
    factor = (height.at_least(width) + (SIDE - 1)) / SIDE
    levels = median_of_nine(g, reduced(g, grey, height, width, factor))
    contrast = g("Abs", levels - ground(g, levels))
    ink = (contrast > otsu(g, contrast).at_least(float(LEAST_CONTRAST))).to(DOUBLE)
    touched = [(g("ReduceMean", side, axes=[1, 2]) > MOST_AT_SIDE).to(DOUBLE) for side in sides(ink)]
    crosses = touched[0] + touched[1] + touched[2] + touched[3] > float(MOST_TOUCHED)
    is_clear = g("And", ink.sum(1, 2) > 0.0, g("Not", crosses))
    factor = factor.to(DOUBLE)
    left, right = (place * factor for place in span(ink.sum(1), 2))
    top, bottom = (place * factor for place in span(ink.sum(2), 1))
    longer = (right - left).at_least(bottom - top)
    left, right = widened(g, left, right, longer, width)
    top, bottom = widened(g, top, bottom, longer, height)
    found, whole = Box(left, top, right, bottom), whole_picture(g, height, width)
    return Box(*(g("Where", is_clear, *edges, dtype=INT) for edges in zip(found, whole, strict=True)))


def reduced(g: Graph, grey: Value, height: Value, width: Value, factor: Value) -> Value:
    """Means of squares of `factor` pixels, of what is left of them at the edges, rounded as Pillow does.

    Its `reduce` has them as (Σ p + ⌊a/2⌋) ⌊2²⁴/a⌋ / 2²⁴, rounded down, of squares of a pixels.
    """
    down, across = blocks(g, height, factor), blocks(g, width, factor)
    sums = down @ grey @ across.transposed(1, 0)
    area = down.sum(1) @ across.sum(1).transposed(1, 0)
    share = (g.constant(np.array(2.0**24)) / area).floor()
    return ((sums + (area * 0.5).floor()) * share / 2.0**24).floor()


def blocks(g: Graph, length: Value, factor: Value) -> Value:
    """Which of ⌈n/f⌉ blocks each of n pixels in a row lies in: ones and zeros, ⌈n/f⌉×n."""
    count = (length + factor - 1) / factor
    own = g.numbers_below(length) / factor
    return g("Equal", g.numbers_below(count).with_axes(1), own.with_axes(0), dtype=bool).to(DOUBLE)


def median_of_nine(g: Graph, levels: Value) -> Value:
    """Of each pixel and its neighbours; the edges go on as they are."""
    wide = g("Pad", levels, np.array([0, 1, 1, 0, 1, 1]), mode="edge")
    ends = (-2, -1, None)
    shifted = [wide.part(1, y, ends[y]).part(2, x, ends[x]).with_axes(3) for y in range(3) for x in range(3)]
    nine = g("Concat", *shifted, axis=3)
    return g("ReduceMax", smallest(g, nine, g.constant(np.array([5])), 3), axes=[3], keepdims=0)


def smallest(g: Graph, values: Value, count: Value, axis: int) -> Value:
    """So many of the smallest, in order."""
    return g.first_of("TopK", values, count, axis=axis, largest=0)


def ground(g: Graph, levels: Value) -> Value:
    """The median of all four sides together, N×1×1, rounded down: what the picture's border shows."""
    border = g("Concat", *(g("Flatten", side, axis=1) for side in sides(levels)), axis=1)
    half = g("Shape", border, dtype=INT).part(0, 1) / 2  # the number is even
    middle = smallest(g, border, half + 1, 1).part(1, -2)
    return (middle.sum(1) * 0.5).floor().with_axes(2)


def sides(values: Value) -> tuple[Value, ...]:
    """The first and last row and column of N×H×W."""
    return tuple(values.part(axis, *ends) for axis in (1, 2) for ends in ((0, 1), (-1, None)))


def otsu(g: Graph, contrast: Value) -> Value:
    """Otsu's threshold of each picture, N×1×1 (`charmlp.images.crop.otsu`)."""
    pixels = g("Flatten", contrast, axis=1)
    upper = (pixels / HALF_BYTE).floor()
    halves = [
        g("Equal", half.with_axes(2), np.arange(HALF_BYTE, dtype=DOUBLE).reshape(1, 1, -1), dtype=bool).to(
            DOUBLE
        )
        for half in (upper, pixels - upper * HALF_BYTE)
    ]
    counts = g("Flatten", halves[0].transposed(0, 2, 1) @ halves[1], axis=1)
    below, sums = (
        g("CumSum", each, np.array(1)) for each in (counts, counts * np.arange(HALF_BYTE**2, dtype=DOUBLE))
    )
    pixels_in_all, sum_of_all = below.part(1, -1), sums.part(1, -1)
    parts = (below * (pixels_in_all - below)).at_least(1.0)
    between = sum_of_all * (below / pixels_in_all) - sums
    return g("ArgMax", between * between / parts, axis=1, keepdims=1, dtype=INT).to(DOUBLE).with_axes(2)


def span(counts: Value, axis: int) -> tuple[Value, Value]:
    """Beginning and end of what rows or columns of counts hold, without the dust on both sides: N×1×1."""
    sums = counts.graph("CumSum", counts, np.array(axis))
    whole = sums.part(axis, -1)
    start = (sums <= whole * DUST).to(DOUBLE).sum(axis)
    end = (whole * (1 - DUST) > sums).to(DOUBLE).sum(axis) + 1.0
    return start, end


def widened(g: Graph, start: Value, end: Value, longer: Value, most: Value) -> tuple[Value, Value]:
    """One side of the letter with its margin, and not too narrow, as far as the picture goes: int64."""
    air = (longer * MARGIN).at_least((longer * NARROWEST - (end - start)) / 2.0)
    first = g("Round", start - air).to(INT).at_least(0)
    return first, g("Round", end + air).to(INT).at_most(most)
