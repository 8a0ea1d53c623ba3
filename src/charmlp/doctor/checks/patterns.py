"""What the pattern of a wrong gradient tells where nothing is known of the operation: mask, norm, or count.

Gradients are stacked, one for each upstream gradient that was tried: T×(the input's shape).
"""

import math
from collections.abc import Sequence

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import Observed

CLOSE = 1e-6  # relative to the largest entry
MOST_COUNTED = 12


def stacked(observed: Observed, position: int) -> tuple[Array, Array] | None:
    """The gradients and the right ones; None where some coordinates lie at a kink, or are not finite."""
    a, n = observed.analytic[position], observed.right[position]
    shape = (len(observed.gradients), *observed.trial.values[position].shape)
    if a is None or n is None or a.size != math.prod(shape) or n.size != a.size or not np.isfinite(a).all():
        return None
    return a.reshape(shape), n.reshape(shape)


def of_pattern(observations: Sequence[Observed], position: int) -> list[Finding]:
    """The mistake that the pattern shows in every trial that errs, nothing where it shows none."""
    observations = [observed for observed in observations if not observed.is_right(position)]
    if all(is_elementwise(observed, position) for observed in observations):
        flat = [in_one_row(observed, position) for observed in observations]
        if all(mask_is_wrong(*pair) for pair in flat):
            kept, right = (f"{float((one[0] != 0).mean()):.0%}" for one in flat[0])
            words = phrase("passes", kept=kept, right=right)
            if all(pair[0].all() for pair in flat):
                return [finding("relu-mask.nowhere", words, at=position, confidence=0.9)]
            return [finding("wrong-mask.elsewhere", words, at=position, confidence=0.9)]
    if observations and all(norm_is_forgotten(observed, position) for observed in observations):
        return [finding("path-forgotten.norm", phrase("across"), at=position, confidence=0.95)]
    pairs = [stacked(observed, position) for observed in observations]
    if pairs and all(pair is not None and written_over(*pair) for pair in pairs):
        return [finding("not-accumulated.place", phrase("one-place"), at=position, confidence=0.9)]
    counts = [None if pair is None else count_in_one_place(*pair) for pair in pairs]
    if counts and counts[0] is not None and all(count is not None for count in counts):
        words = phrase("counted", ratio=f"{counts[0]:.3g}")
        return [finding("ties.place", words, at=position, confidence=0.8)]
    return []


def norm_is_forgotten(observed: Observed, position: int) -> bool:
    """Whether the gradient is right once led through the norm of x / ‖x‖ as well, along the last axis."""
    pair, x = stacked(observed, position), observed.trial.values[position]
    if pair is None or x.ndim < 2 or x.shape[-1] < 2:
        return False
    a, n = pair
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    unit = x / length
    across = a - unit * (a * unit).sum(-1, keepdims=True)
    scale = CLOSE * float(abs(n).max())
    return any(bool((abs(one - n) <= scale).all()) for one in (across, across / length))


def in_one_row(observed: Observed, position: int) -> tuple[Array, Array]:
    """The gradients and the right ones at all coordinates that do not lie at a kink: T×coordinates."""
    a, n = observed.analytic[position], observed.right[position]
    assert a is not None and n is not None  # it is wrong there
    count = len(observed.gradients)
    return a.reshape(count, -1), n.reshape(count, -1)


def is_elementwise(observed: Observed, position: int) -> bool:
    """Whether each output depends on one element of the input alone, that in its place."""
    trial = observed.trial
    right = trial.jacobian_at(position)
    if right is None or trial.outputs[0].shape != trial.values[position].shape or len(trial.outputs) > 1:
        return False
    beside = right.matrix.copy()
    beside[np.arange(len(right.coordinates)), right.coordinates] = 0
    return not beside.any()


def mask_is_wrong(a: Array, n: Array) -> bool:
    """Whether all errors are zeros for slopes, or slopes for zeros, the same for each upstream gradient."""
    scale = float(abs(n).max())
    wrong, none, nothing = abs(a - n) > CLOSE * scale, abs(a) <= CLOSE * scale, abs(n) <= CLOSE * scale
    places = wrong[0]
    same = all(bool((one == places).all()) for one in wrong)
    return same and bool((none | nothing)[wrong].all()) and 2 <= places.sum() < places.size


def written_over(a: Array, n: Array) -> bool:
    """Whether one row alone is not 0, and holds what belongs to another: all were written there."""
    if a.ndim < 3 or a.shape[1] < 3:
        return False
    scale = CLOSE * float(abs(n).max())
    filled = (abs(a) > scale).any(axis=(0, *range(2, a.ndim)))
    if filled.sum() != 1:
        return False
    row = a[:, filled.argmax()]
    belongs = [bool((abs(n[:, i] - row) <= scale).all()) for i in range(a.shape[1])]
    return any(belongs) and not belongs[int(filled.argmax())]


def count_in_one_place(a: Array, n: Array) -> float | None:
    """The ratio, a whole number or one over it, by which one row or column alone is wrong."""
    there = abs(n) > CLOSE * float(abs(n).max())
    if a.ndim < 3 or abs(a[~there]).max(initial=0.0) > CLOSE * float(abs(n).max()):
        return None
    ratio = np.where(there, a / np.where(there, n, 1.0), np.nan)
    for axis in range(1, a.ndim):
        each = [ratio.take(place, axis) for place in range(a.shape[axis])]
        numbers = [only(one) for one in each]
        off = [number for number in numbers if number is not None and abs(number - 1) > 1e-4]
        if None not in numbers and len(off) == 1 and len(numbers) > 2:
            return off[0] if is_count(off[0]) or is_count(1 / off[0]) else None
    return None


def only(values: Array) -> float | None:
    """The one number that all known values are, None where they differ or none is known."""
    known = values[~np.isnan(values)]
    if not known.size or float(np.ptp(known)) > 1e-4 * float(abs(known).max()):
        return None
    return float(known.mean())


def is_count(number: float) -> bool:
    return 2 <= round(number) <= MOST_COUNTED and abs(number - round(number)) < 1e-3
