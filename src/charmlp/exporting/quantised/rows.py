"""Weights of few bits: whole numbers from −(2ᵇ⁻¹ − 1) to 2ᵇ⁻¹ − 1, with a scale for each row."""

import numpy as np

from charmlp.calculus.elements import Array

TRIED = np.linspace(0.25, 1, 31)  # scales, in parts of that with which no weight is cut off


def levels(bits: int) -> int:
    """The largest whole number of a weight; its negative is the smallest."""
    return int(2 ** (bits - 1)) - 1


def centred(weight: Array) -> Array:
    """Rows that sum to 0: the same for inputs that sum to 0, as standardised pixels do."""
    return weight - weight.mean(axis=1, keepdims=True)


def best_scales(weight: Array, bits: int) -> Array:
    """The scale s of each row for which ‖w − s q‖² is smallest, of those that are tried; K×1.

    q are the rounded weights: few large ones may be cut off where all others then are closer.
    """
    most = levels(bits)
    widest = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-30) / most
    best, error = widest, np.full(widest.shape, np.inf)
    for part in TRIED:
        scale = part * widest
        found = ((weight - scale * rounded(weight, scale, bits)) ** 2).sum(axis=1, keepdims=True)
        best, error = np.where(found < error, scale, best), np.minimum(found, error)
    return best


def rounded(weight: Array, scale: Array, bits: int) -> Array:
    """w/s to the nearest whole number that there is."""
    most = levels(bits)
    found: Array = np.clip(np.rint(weight / scale), -most, most)
    return found


def balanced(weight: Array, scale: Array, bits: int) -> Array:
    """The same, in rows that sum to 0 exactly, as those of `weight` nearly do.

    Of a row that sums to e, the |e| numbers that were moved furthest in that direction are moved back by 1.
    """
    most, exact = levels(bits), weight / scale
    found = rounded(weight, scale, bits)
    excess = found.sum(axis=1, keepdims=True)
    direction = np.sign(excess)
    moved = np.where(direction * found > -most, direction * (found - exact), -np.inf)
    rank = np.argsort(np.argsort(-moved, axis=1, kind="stable"), axis=1)
    found -= direction * (rank < np.abs(excess))
    return found
