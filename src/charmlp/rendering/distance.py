"""Masks to signed distance fields, compiled.

The squared Euclidean distance is separable: min over q of |p − q|² + f(q) is taken down the columns, then
along the rows. A field's byte ends at ±REACH pixels, so that no pixel farther away can matter. A half
covered pixel of the mask's edge starts with the part of a pixel that it is off the edge.
"""

import numpy as np
from numpy.typing import NDArray

from charmlp.images.pixels import Grid
from charmlp.system.compiling import compiled, part_of_compiled
from charmlp.system.threads import blocks, each

FIELD = 64  # side of a mask and of its field: a constant makes the loops three times as fast
LEVELS = 15.0  # levels of the stored byte to one pixel of distance; 128 is the edge of the stroke
DIRECTIONS = 16  # points of the hull by which a turned glyph's tight box is found
REACH = int(128 / LEVELS) + 1
TOGETHER = 256  # masks
_FAR = np.float32(1e6)
_ZERO, _HALF = np.float32(0), np.float32(0.5)


def distance_fields(masks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The distance field (see `glyphs`) and the hull of each mask of G×FIELD×FIELD, on all cores."""
    fields, hulls = np.empty_like(masks), np.zeros((len(masks), DIRECTIONS, 2), np.float32)
    each(lambda part: measure(masks[part], fields[part], hulls[part]), blocks(len(masks), TOGETHER))
    return fields, hulls


@compiled
def measure(masks: NDArray[np.uint8], fields: NDArray[np.uint8], hulls: NDArray[np.float32]) -> None:
    for glyph in range(len(masks)):
        _hull(masks[glyph], hulls[glyph])
        outside = np.full((FIELD + 2 * REACH, FIELD + 2 * REACH), _FAR, np.float32)
        inside = np.full((FIELD + 2 * REACH, FIELD + 2 * REACH), _FAR, np.float32)
        for row in range(FIELD):
            for column in range(FIELD):
                coverage = np.float32(masks[glyph, row, column]) / np.float32(255)
                off = _HALF - coverage
                if coverage > 0:
                    outside[row + REACH, column + REACH] = max(_ZERO, off) ** 2
                if coverage < 1:
                    inside[row + REACH, column + REACH] = max(_ZERO, -off) ** 2
        outside, inside = _squared_distance(outside), _squared_distance(inside)
        for row in range(FIELD):
            for column in range(FIELD):
                at = row + REACH, column + REACH
                distance = np.sqrt(inside[at]) - np.sqrt(outside[at])
                fields[glyph, row, column] = min(max(round(128 + LEVELS * distance), 0), 255)


@part_of_compiled
def _squared_distance(grid: Grid) -> Grid:
    """The smallest |p − q|² + f(q) over the pixels q within reach; a border of REACH pixels stays."""
    first, last = REACH, REACH + FIELD
    for _ in range(2):  # down the columns, and after turning them over along the rows
        down = grid.copy()
        for step in range(-REACH, REACH + 1):
            square = np.float32(step * step)
            for row in range(first, last):
                for column in range(first, last):
                    down[row, column] = min(down[row, column], grid[row + step, column] + square)
        grid = np.ascontiguousarray(down.T)
    return grid


@part_of_compiled
def _hull(mask: NDArray[np.uint8], hull: NDArray[np.float32]) -> None:
    """The inked point that lies farthest in each direction, from the middle of the field."""
    farthest = np.full(DIRECTIONS, -_FAR, np.float32)
    for row in range(FIELD):
        left, right = FIELD, -1
        for column in range(FIELD):
            if mask[row, column] > 127:
                left, right = min(left, column), max(right, column + 1)
        if right < 0:
            continue
        for direction in range(DIRECTIONS):
            angle = 2 * np.pi * direction / DIRECTIONS
            to_x, to_y = np.cos(angle), np.sin(angle)
            for x, y in ((left, row), (left, row + 1), (right, row), (right, row + 1)):
                x0, y0 = np.float32(x - FIELD / 2), np.float32(y - FIELD / 2)
                if x0 * to_x + y0 * to_y > farthest[direction]:
                    farthest[direction] = x0 * to_x + y0 * to_y
                    hull[direction, 0], hull[direction, 1] = x0, y0
