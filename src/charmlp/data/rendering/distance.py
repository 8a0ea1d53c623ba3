"""Masks to signed distance fields: the exact Euclidean transform, compiled, on all cores.

P. Felzenszwalb, D. Huttenlocher: Distance Transforms of Sampled Functions, Theory of Computing 8 (2012),
415-428. The squared distance is the lower envelope of parabolas, first along the columns, then along the
rows. A half covered pixel of the mask's edge starts with the part of a pixel that it is off the edge.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from charmlp.data.rendering.constants import DIRECTIONS, FIELD, LEVELS

_FAR = 1e10


@njit(parallel=True, cache=True)
def distance_fields(masks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The distance field (see `glyphs`) and the hull of each mask of G×FIELD×FIELD."""
    fields = np.empty(masks.shape, np.uint8)
    hulls = np.empty((len(masks), DIRECTIONS, 2), np.float32)
    for glyph in prange(len(masks)):
        _hull(masks[glyph], hulls[glyph])
        outside = np.empty((FIELD, FIELD), np.float64)
        inside = np.empty((FIELD, FIELD), np.float64)
        for row in range(FIELD):
            for column in range(FIELD):
                coverage = masks[glyph, row, column] / 255.0
                off = 0.5 - coverage
                outside[row, column] = _FAR if coverage == 0 else max(0.0, off) ** 2
                inside[row, column] = _FAR if coverage == 1 else max(0.0, -off) ** 2
        _squared_distance(outside)
        _squared_distance(inside)
        for row in range(FIELD):
            for column in range(FIELD):
                distance = np.sqrt(inside[row, column]) - np.sqrt(outside[row, column])
                fields[glyph, row, column] = min(max(round(128 + LEVELS * distance), 0), 255)
    return fields, hulls


@njit(cache=True)
def _squared_distance(grid: NDArray[np.float64]) -> None:
    """Replace each value f(q) by the smallest (p − q)² + f(q) over all pixels q, in place."""
    places = np.empty(FIELD, np.int64)
    bounds = np.empty(FIELD + 1, np.float64)
    line = np.empty(FIELD, np.float64)
    for column in range(FIELD):
        line[:] = grid[:, column]
        _envelope(line, grid[:, column], places, bounds)
    for row in range(FIELD):
        line[:] = grid[row]
        _envelope(line, grid[row], places, bounds)


@njit(cache=True)
def _envelope(
    line: NDArray[np.float64],
    lowest: NDArray[np.float64],
    places: NDArray[np.int64],
    bounds: NDArray[np.float64],
) -> None:
    """The lower envelope of the parabolas (p − q)² + line[q], written to `lowest`.

    places  the q of the parabolas that are part of the envelope, from left to right
    bounds  where each of them begins to be the lowest
    """
    last = 0
    places[0], bounds[0], bounds[1] = 0, -_FAR, _FAR
    for q in range(1, FIELD):
        while True:
            p = places[last]
            meeting = (line[q] + q * q - line[p] - p * p) / (2.0 * (q - p))
            if meeting > bounds[last]:
                break
            last -= 1
        last += 1
        places[last], bounds[last], bounds[last + 1] = q, meeting, _FAR
    part = 0
    for p in range(FIELD):
        while bounds[part + 1] < p:
            part += 1
        lowest[p] = (p - places[part]) ** 2 + line[places[part]]


@njit(cache=True)
def _hull(mask: NDArray[np.uint8], hull: NDArray[np.float32]) -> None:
    """The inked point that lies farthest in each direction, from the middle of the field."""
    for direction in range(DIRECTIONS):
        angle = 2 * np.pi * direction / DIRECTIONS
        to_x, to_y = np.cos(angle), np.sin(angle)
        farthest = -_FAR
        for row in range(FIELD):
            for column in range(FIELD):
                if mask[row, column] > 127:
                    x, y = column + 0.5 - FIELD / 2, row + 0.5 - FIELD / 2
                    x, y = (
                        x + 0.5 * np.sign(to_x) * (abs(to_x) > 1e-9),
                        y + 0.5 * np.sign(to_y) * (abs(to_y) > 1e-9),
                    )
                    if x * to_x + y * to_y > farthest:
                        farthest = x * to_x + y * to_y
                        hull[direction, 0], hull[direction, 1] = x, y
