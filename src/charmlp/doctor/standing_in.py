"""Straight-through gradients judged: as those of forward with something in the place of each of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from charmlp.doctor.checks.straight_through import STEPS, curves_of
from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.mistake import Phrase, phrase
from charmlp.doctor.setups.setup import SetUp

# What stands in for a step, whether what forward differs by is added, and whether one cuts before one rounds
CONVENTIONS = (
    ("1", True, True),
    ("1", True, False),
    ("1", False, True),
    ("[−1 ≤ x ≤ 1]", True, True),
    ("[0 ≤ x ≤ 1]", True, True),
)
# What may be another convention, where no name says what is meant
CONVENTIONAL = {"unrecognised", "constant-factor", "scale-forgotten", "missing-gradient", "forward-wrong"}
# What is wrong whatever stands in for a step
ALWAYS = {
    "sign-flipped",
    "inverted",
    "wrong-order",
    "batch-not-summed",
    "cotangent-ignored",
    "cotangent-twice",
}


def may_be_led_through(setup: SetUp, diagnosis: Diagnosis) -> bool:
    """Whether a Function steps, so that its gradient is no derivative of its forward."""
    subject = setup.first.subject
    if diagnosis.reason is not None:
        return subject.counts and diagnosis.reason.key == "flat"
    return subject.counts and bool(diagnosis.mistakes and STEPS.search(subject.forward_source))


def judged_by_stand_ins(
    setup: SetUp, first: Diagnosis, judge: Callable[[SetUp, str], Diagnosis]
) -> Diagnosis:
    """The diagnosis of a Function of which nothing is known but that it steps; `first` where none is found.

    Where one convention, or for each input one of them, makes all its gradients right, it is healthy. Of what
    is led through beside a trained scale the mistakes have names: the scale's gradient tells the convention.
    """
    wanted = [i for i, wants in enumerate(setup.first.wants) if wants]
    if len(wanted) == 1 and not first.mistakes and has_usual_slope(setup, wanted[0]):
        return led_through(first)
    if not STEPS.search(setup.first.subject.forward_source):
        return first
    ways = [way for convention in CONVENTIONS if (way := with_stand_ins(setup, *convention))]
    right = [{i for i in wanted if is_right_by(way, i)} for way in ways]
    passed = {i for i in wanted if is_handed_through(setup, i) and (len(wanted) == 1 or is_cut_off(ways, i))}
    if wanted and passed.union(*right) == set(wanted):
        return led_through(replace(first, mistakes=()))
    if first.mistakes or (len(wanted) > 1 and not passed.union(*right)):
        return first
    for way in sorted(ways, key=lambda way: -len(right[ways.index(way)])):
        found = judge(but_for(way, passed), first.target)
        mistakes = [one for one in found.mistakes if one.name not in CONVENTIONAL]
        if len(wanted) == 1:  # its own slope is a convention as well
            mistakes = [one for one in mistakes if one.name in ALWAYS or one.variant in ALWAYS]
        if mistakes:
            return led_through(replace(found, mistakes=tuple(mistakes)))
    return first


def but_for(setup: SetUp, positions: set[int]) -> SetUp:
    """It without the gradients of some inputs."""
    trials = []
    for trial in setup.trials:
        asked = tuple(wants and i not in positions for i, wants in enumerate(trial.wants))
        trials.append(replace(trial, asked=asked) if positions else trial)
    return replace(setup, trials=tuple(trials))


def is_led_through(parts: Iterable[Diagnosis]) -> bool:
    """Whether some of the parts lead a gradient through a step, and there is nothing wrong with any."""
    found = list(parts)
    return all(found) and any(note.key == "led-through" for part in found for note in part.notes)


def is_rough_by_steps(setup: SetUp, reason: Phrase | None) -> bool:
    """Whether what only uses Functions may be too rough to be differentiated since one of these steps."""
    return reason is not None and reason.key == "not-smooth" and not setup.first.subject.is_raw


def led_through(diagnosis: Diagnosis) -> Diagnosis:
    """It, with what it rests on; where no mistake is left, healthy."""
    return replace(diagnosis, reason=None, notes=(*diagnosis.notes, phrase("led-through")))


def has_usual_slope(setup: SetUp, position: int) -> bool:
    """Whether what stands in for a step is 1 there and 0 far off, or falls off to both sides alike."""
    curves = curves_of(setup.first, position) if setup.can_be_judged else None
    if curves is None:
        return False
    x, y, slope = curves
    steps = np.flatnonzero(np.diff(y))
    beside = np.unique([*steps, *(steps + 1)])
    if not len(steps) or (slope < 0).any() or y[-1] < y[0]:
        return False
    if set(np.unique(slope)) <= {0.0, 1.0}:
        inside = np.flatnonzero(slope)
        return bool(slope[beside].all()) and len(inside) == inside[-1] - inside[0] + 1
    middle = len(x) // 2
    is_one_step = steps.tolist() == [middle - 1]
    return is_one_step and np.allclose(slope, slope[::-1]) and bool((np.diff(slope[middle:]) <= 1e-12).all())


def is_cut_off(ways: list[SetUp], position: int) -> bool:
    """Whether forward does not change with an input, whatever stands in for its steps."""
    return not any(trial.jacobians[position].matrix.any() for way in ways for trial in way.trials)


def with_stand_ins(setup: SetUp, stand_in: str, residue: bool, cuts_first: bool) -> SetUp | None:
    """It with something in the place of each step; None where that cannot be."""
    trials = []
    for trial in setup.trials:
        values = [*trial.values, *trial.fillers]
        subject = trial.subject.led_through(values, stand_in, residue, cuts_first)
        trials += [] if subject is None else [replace(trial, subject=subject)]
    return replace(setup, trials=tuple(trials)) if len(trials) == len(setup.trials) else None


def is_right_by(setup: SetUp, position: int) -> bool:
    """Whether a gradient is right in all trials; that of a scale but for a factor, which is its own rate."""
    if not setup.observations or len(setup.observations) < len(setup.trials):
        return False
    if all(one.is_right(position) and np.any(one.analytic[position]) for one in setup.observations):
        return True
    trial = setup.first
    if trial.values[position].size >= trial.outputs[0].size:
        return False
    for one in setup.observations:
        a, n = one.analytic[position], one.right[position]
        if a is None or n is None or a.shape != n.shape or not np.any(n) or not a @ n > 0:
            return False
        if np.linalg.norm(a - n * (a @ n) / (n @ n)) > one.tolerance(position) * np.linalg.norm(a):
            return False
    return True


def is_handed_through(setup: SetUp, position: int) -> bool:
    """Whether backward gives back the upstream gradient as it is."""
    return bool(setup.observations) and all(
        (gradient := gradients[position]) is not None and np.array_equal(gradient, upstream[0])
        for one in setup.observations
        for gradients, upstream in zip(one.gradients, one.trial.upstreams, strict=True)
    )
