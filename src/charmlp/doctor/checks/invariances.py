"""What neither a formula nor a slip explains, but what forward itself forbids.

Where one number may be added to some elements, as before a softmax or a norm, their gradients add up to 0;
where all may be scaled, as before a norm, the gradient is at right angles to them. What comes through each
output is right or wrong by itself. A gradient that is right but for another input's numbers as factors has
forgotten these; one that is right in another order of its elements, or of another input's, has them mixed up.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from charmlp.doctor.checks.orders import of_order
from charmlp.doctor.checks.outputs import through
from charmlp.doctor.checks.patterns import only, stacked
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.setup import Observed, SetUp

NOTHING, SOMETHING = 1e-6, 1e-3  # of a sum, relative to the sum of absolute values


def of_what_forward_forbids(setup: SetUp, found: Sequence[Finding]) -> list[Finding]:
    """The findings, with a name for those of wrong numbers that had none."""
    return [named(setup, one) or one for one in found]


def named(setup: SetUp, found: Finding) -> Finding | None:
    if found.name != "unrecognised" or found.variant or found.position is None or not setup.observations:
        return None
    position = found.position
    wrong = [observed for observed in setup.observations if not observed.is_right(position)]
    first = wrong[0] if wrong else setup.observations[0]
    ways = [of_outputs(first, position), of_operand(first, position), of_order(first, position)]
    # Of a guess the labels may be none that it is meant for; a known loss's one formula has no path to forget
    if not first.trial.subject.is_guess and not first.trial.kind.is_loss:
        ways.append(of_sums(wrong, position))
    return next((one for one in ways if one is not None), None)


def of_outputs(observed: Observed, position: int) -> Finding | None:
    """Right for what comes through some outputs, and wrong for what comes through another."""
    outputs = range(len(observed.trial.outputs))
    each = [through(observed.trial, position, number)[0] for number in outputs] if len(outputs) > 1 else []
    wrong = [number for number, is_right in enumerate(each, 1) if not is_right]
    if len(wrong) != 1:
        return None
    words = phrase("wrong-through", number=wrong[0])
    return finding("path-forgotten.through", words, at=position, confidence=0.9, number=wrong[0])


def of_operand(observed: Observed, position: int) -> Finding | None:
    """Right once multiplied by numbers of another input, one for each row, say."""
    pair, trial = stacked(observed, position), observed.trial
    if pair is None or pair[0].ndim < 2:
        return None
    a, n = pair
    with np.errstate(all="ignore"):
        ratio = np.where(abs(a) > NOTHING * abs(a).max(), n / a, np.nan)
    for axis in range(1, a.ndim):
        numbers = [only(one) for one in np.moveaxis(ratio, axis, 0)]
        if len(numbers) < 3 or any(number is None for number in numbers):
            continue
        others = [(i, v.ravel()) for i, v in enumerate(trial.values) if i != position and is_real(v)]
        for other, values in others:
            if contains(values, np.array(numbers, float)):
                name = trial.subject.name_of(other)
                return finding("scale-forgotten.operand", at=position, confidence=0.9, option=name)
    return None


def contains(values: Array, part: Array) -> bool:
    """Whether numbers stand one after the other among others, and are not all the same."""
    if np.ptp(part) < SOMETHING or part.size > values.size:
        return False
    windows = np.lib.stride_tricks.sliding_window_view(values, part.size)
    return bool(np.isclose(windows, part, rtol=1e-4).all(axis=1).any())


def of_sums(observations: Sequence[Observed], position: int) -> Finding | None:
    """Sums that are 0 of each right gradient, and not of the one that is returned."""
    pairs = [(stacked(observed, position), observed.trial.values[position]) for observed in observations]
    if not pairs or any(pair is None for pair, _ in pairs):
        return None
    for variant, factors in (("shift", False), ("length", True)):
        broken = [
            {axes for axes in some_axes(x.ndim, x.shape) if is_broken(pair, x if factors else None, axes)}
            for pair, x in pairs
            if pair is not None
        ]
        if set.intersection(*broken):
            words = phrase(f"must-vanish-{variant}")
            return finding(f"path-forgotten.{variant}", words, at=position, confidence=0.8)
    return None


def some_axes(dimensions: int, shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Each axis, and each row of axes that begins or ends with an outer one; not those of one element."""
    for first, last in itertools.combinations(range(dimensions + 1), 2):
        axes = tuple(range(first, last))
        if np.prod([shape[axis] for axis in axes]) > 1:
            yield axes


def is_broken(pair: tuple[Array, Array], x: Array | None, axes: tuple[int, ...]) -> bool:
    a, n = (one if x is None else one * x for one in pair)
    along = tuple(axis + 1 for axis in axes)  # the first is that of the upstream gradients
    return share(n, along) < NOTHING and share(a, along) > SOMETHING


def share(numbers: Array, axes: tuple[int, ...]) -> float:
    """How much is left of numbers that are added up, of their size."""
    size = float(abs(numbers).sum())
    return float(abs(numbers.sum(axes)).sum()) / size if size else 1.0
