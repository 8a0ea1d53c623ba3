"""Numeric differentiation of an operation's own forward, with a sweep of step sizes.

Central differences err by O(h²), rounding by O(ε/h). Where two steps agree the derivative is reliable; at a
kink it drifts with h, and where forward computes in float32 the noise grows as h shrinks.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array

Forward = Callable[[Sequence[Any]], tuple[Array, ...]]

FINE_STEPS = (1e-3, 1e-4, 1e-5)
COARSE_STEPS = (2.0**-5, 2.0**-6, 2.0**-7)  # for a forward that computes in float32
KINK = 1e-5  # two steps that disagree by more, relative to the largest entry, straddle a kink
MOST_KINKS = 0.3  # share of the coordinates
BUDGET = 6.0  # seconds for one Jacobian; where a forward is slow, some coordinates are drawn
MOST_COORDINATES = 400


@dataclass(frozen=True)
class Jacobian:
    """∂outputs/∂input for one input: rows are the chosen coordinates of the input, columns all outputs.

    `noise` is how far the steps disagree, relative to the largest entry.
    """

    coordinates: Array
    matrix: Array
    noise: float

    def transposed_times(self, upstream: Sequence[Array]) -> Array:
        """The gradient at the chosen coordinates for an upstream gradient of each output."""
        return np.asarray(self.matrix @ flat(upstream))


def jacobian(forward: Forward, values: Sequence[Any], position: int, *, coarse: bool) -> Jacobian:
    """Differentiate by `values[position]`, the other values fixed; coordinates at a kink are left out."""
    value = values[position]
    steps = COARSE_STEPS if coarse else FINE_STEPS
    started = time.perf_counter()
    forward(values)
    seconds = time.perf_counter() - started
    affordable = int(BUDGET / max(seconds, 1e-7) / (2 * len(steps)))
    n = min(value.size, MOST_COORDINATES, max(affordable, 8))
    coordinates = np.sort(np.random.default_rng(0).permutation(value.size)[:n])
    if not n:
        return Jacobian(coordinates, np.zeros((0, 1)), 0.0)
    large, middle, small = (
        np.array([difference(forward, values, position, int(i), h) for i in coordinates]) for h in steps
    )
    # Richardson: the two larger steps without their h² term; the two smaller ones likewise
    larger = extrapolated(large, middle, steps[0] / steps[1])
    smaller = extrapolated(middle, small, steps[1] / steps[2])
    matrix, other = (larger, smaller) if coarse else (smaller, larger)
    if not matrix.size:
        return Jacobian(coordinates, matrix, 0.0)
    largest = max(float(abs(matrix).max()), 1e-300)
    spread = abs(matrix - other).max(1) / largest
    smooth = spread <= (100 * KINK if coarse else KINK)
    if not smooth.all() and (~smooth).mean() <= MOST_KINKS:
        coordinates, matrix, spread = coordinates[smooth], matrix[smooth], spread[smooth]
    return Jacobian(coordinates, matrix, float(spread.max()))


def extrapolated(coarse: Array, fine: Array, ratio: float) -> Array:
    return fine + (fine - coarse) / (ratio**2 - 1)


def difference(forward: Forward, values: Sequence[Any], position: int, coordinate: int, h: float) -> Array:
    """(f(x + h) − f(x − h)) / 2h in one coordinate, all outputs in one row."""
    moved = [np.array(values[position]) for _ in range(2)]
    for value, step in zip(moved, (h, -h), strict=True):
        value.flat[coordinate] += step
    sides = [forward([*values[:position], value, *values[position + 1 :]]) for value in moved]
    up, down = map(flat, sides)
    x_up, x_down = (float(value.flat[coordinate]) for value in moved)
    return (up - down) / (x_up - x_down)


def flat(arrays: Sequence[Array]) -> Array:
    """All numbers of all arrays in one row, in float64."""
    return np.concatenate([np.ravel(array).astype(float) for array in arrays])
