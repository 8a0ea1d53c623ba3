"""Gradients that are right but for the order of their elements, or of those of an operand.

A gradient whose elements stand the other way round, or with their axes in another order; and one that would
be right if an input, a kernel or a matrix, were turned round or had two of its axes swapped.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.checks.patterns import stacked
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.setup import Observed

CLOSE = 1e-5  # of the largest element
MOST_AXES = 4
LEAST = 4  # numbers: fewer agree by chance


def of_order(observed: Observed, position: int) -> Finding | None:
    """The mistake, where another order makes the gradient right."""
    pair = stacked(observed, position)
    if pair is None or pair[0][0].size < LEAST or pair[0].ndim > MOST_AXES + 1:
        return None
    return of_itself(*pair, position) or of_operand(observed, pair[0], position)


def of_itself(a: Array, n: Array, position: int) -> Finding | None:
    """Its own elements in another order; the first axis is that of the upstream gradients."""
    for axes in ends(n.ndim - 1):
        if are_alike(a, np.flip(n, tuple(axis + 1 for axis in axes))):
            return finding("kernel-not-flipped.reversed", at=position, confidence=0.95)
    for axes in itertools.permutations(range(1, n.ndim)):
        other = n.transpose(0, *axes)
        if list(axes) != sorted(axes) and are_alike(a, other.reshape(n.shape)):
            words = phrase("axes-swapped", shape=str(tuple(n.shape[axis] for axis in axes)))
            return finding("weight-transposed.axes", words, at=position, confidence=0.95)
    return None


def of_operand(observed: Observed, a: Array, position: int) -> Finding | None:
    """Right with another operand: turned round, or two of its axes of one size swapped."""
    trial = observed.trial
    for other, value in enumerate(trial.values):
        if not is_real(value) or not 0 < value.ndim <= MOST_AXES or value.size < LEAST:
            continue
        name = trial.subject.name_of(other)
        for axes in ends(value.ndim) if other != position else ():
            if is_right_with(observed, a, position, other, np.flip(value, axes)):
                return finding("kernel-not-flipped.turned", at=position, confidence=0.95, operand=name)
        for first, second in itertools.combinations(range(value.ndim), 2):
            if value.shape[first] == value.shape[second] > 1 and is_right_with(
                observed, a, position, other, value.swapaxes(first, second)
            ):
                return finding("wrong-transpose-for-input.axes", at=position, confidence=0.95, operand=name)
    return None


def ends(dimensions: int) -> Iterator[tuple[int, ...]]:
    """Rows of axes that may be those of a kernel's window: from an outer to an inner one."""
    for first, last in itertools.combinations(range(dimensions + 1), 2):
        yield tuple(range(first, last))


def is_right_with(observed: Observed, a: Array, position: int, other: int, value: Array) -> bool:
    """Whether the gradient is that of forward with another value of one input."""
    trial = observed.trial
    values = [value if i == other else own for i, own in enumerate(trial.values)]
    try:
        there = trial.with_values(values)
        found = [there.expected(position, upstream) for upstream in trial.upstreams[: len(a)]]
    except Exception:
        return False
    pairs = zip(a, found, strict=False)
    return all(n is not None and n.size == one.size and are_alike(one.ravel(), n) for one, n in pairs)


def are_alike(a: Array, n: Array) -> bool:
    return a.shape == n.shape and bool(abs(a - n).max() <= CLOSE * abs(n).max() > 0)
