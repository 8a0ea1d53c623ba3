"""Functions that step, as rounding and signs do: their backward stands in for a derivative that is 0.

Which stand-in is best nobody can say. But it goes the way that forward goes, it lets pass what comes where
forward steps, and where forward is odd, it is alike on both sides.
"""

import re
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.checks.gradients import is_zero
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import Trial

FARTHEST = 8.0  # of the numbers that are tried
END = 0.1  # the share of them that lies at either end
STEPS = re.compile(
    r"\b(round|sign|sgn|floor|ceil|trunc|heaviside|bernoulli|argmin|argmax|bucketize|searchsorted|digitize)_?\("
)


def is_flat(trial: Trial) -> bool:
    """Whether forward does not change with its inputs but in steps: rounding, a comparison.

    Of a Function that rounds one input alone does: it is led through as if nothing were rounded.
    """
    if trial.kind is not UNKNOWN:
        return False
    changes = [bool(jacobian.matrix.any()) for jacobian in trial.jacobians.values()]
    return not all(changes) if STEPS.search(trial.subject.forward_source) else not any(changes)


def steps_are_led_through(setup: SetUp) -> Iterator[Finding]:
    trial = setup.first
    if not trial.subject.counts or not setup.can_be_judged or not is_flat(trial):
        return
    wanted = [i for i, wants in enumerate(trial.wants) if wants]
    position = next((i for i in wanted if trial.values[i].shape == trial.outputs[0].shape), None)
    curves = None if position is None else curves_of(trial, position)
    if position is None or curves is None:
        return
    x, y, slope = curves
    passes, steps = slope != 0, np.flatnonzero(np.diff(y))
    beside = np.unique([*steps, *(steps + 1)])
    between = np.arange(steps[0] + 1, steps[-1] + 1) if len(steps) else steps  # the first and the last
    rises = float(np.sum((x - x.mean()) * (y - y.mean())))
    if passes.any() and (slope * rises <= 0).all():
        yield finding("sign-flipped.step", phrase("step-sign"), at=position, confidence=0.9)
    elif passes.any() and any(len(some) and not passes[some].any() for some in (beside, between)):
        yield finding("relu-mask.step", phrase("step-passes"), at=position, confidence=0.9)
    elif len(steps) and is_zero(setup.observations, position) and not is_meant_to_be_zero(trial):
        yield finding("missing-gradient.zero", at=position, confidence=0.9)
    elif np.array_equal(y, -y[::-1]) and is_one_sided(passes, steps):
        yield finding("wrong-mask.step", phrase("step-one-side"), at=position, confidence=0.9)


def is_meant_to_be_zero(trial: Trial) -> bool:
    """Whether backward says that it gives no gradient, which is the derivative of a step."""
    return any(re.search(r"\bzeros?|\* ?0(\.0*)?\b(?!\.)", source_of(one)) for one in trial.subject.code)


def curves_of(trial: Trial, position: int) -> tuple[Array, Array, Array] | None:
    """Numbers from left to right, and there forward, and what backward makes of ones.

    None where an element of the output is not that of one element of the input.
    """
    shape = trial.values[position].shape
    if np.prod(shape) < 4:
        return None
    even = int(np.prod(shape)) // 2 * 2
    x = np.linspace(-FARTHEST, FARTHEST, even)  # without 0, and each with its opposite
    x = np.concatenate([x, x[-1:]])[: int(np.prod(shape))]
    orders = (np.arange(x.size), np.random.default_rng(0).permutation(x.size))
    found = []
    for order in orders:
        values = list(trial.values)
        values[position] = x[order].reshape(shape).astype(trial.dtype)
        there = trial.with_values(values)
        try:
            gradient = (there.for_ones() or [])[position]
            both = there.outputs[0].reshape(-1), np.asarray(gradient).reshape(-1)
        except Exception:
            return None
        if gradient is None or gradient.shape != shape or not all(np.isfinite(one).all() for one in both):
            return None
        back = np.argsort(order)
        found.append([one[back] for one in both])
    if not all(np.allclose(*pair) for pair in zip(*found, strict=True)):
        return None
    return x[:even], found[0][0][:even], found[0][1][:even]


def is_one_sided(passes: Array, steps: Array) -> bool:
    """Whether what comes passes at one end and not at the other, where forward steps at neither."""
    n = max(1, int(END * len(passes)))
    is_even = steps.min(initial=n) >= n and steps.max(initial=0) < len(passes) - n
    return bool(is_even and passes[:n].all() != passes[-n:].all() and passes[:n].any() != passes[-n:].any())
