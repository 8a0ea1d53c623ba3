"""Which gradients are asked for: `ctx.needs_input_grad` says so, and backward may save work."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import GUESSED
from charmlp.doctor.checks.gradients import wrong_values
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial

OWN: dict[str, Any] = {"kind": UNKNOWN, "form": None, "arrangement": GUESSED}  # a constant has no reference
ROUGH = 1e-3  # noise of numeric differentiation, from which nothing is said


def asks(setup: SetUp) -> bool:
    return any("needs_input_grad" in source_of(function) for function in setup.first.subject.code[:1])


def asked_for_all(setup: SetUp) -> list[Trial]:
    """The trials with gradients of what was taken for a constant too, where backward may compute them."""
    trial = setup.first
    every = [is_real(value) for value in trial.values]
    if trial.asked is not None or trial.wants == every or not asks(setup) or not setup.can_be_judged:
        return []
    return [replace(one, asked=(True,) * len(one.values), **OWN) for one in setup.trials]


def of_constants(setup: SetUp) -> list[Finding | Phrase]:
    """The gradients of what was taken for a constant, a mask or a target, that backward computes if asked."""
    observations = list(map(observe, asked_for_all(setup)))
    known = [one for one in observations if one is not None]
    if not known or len(known) < len(observations):
        return []
    first, wants = known[0], setup.first.wants
    if first.trial.noise > ROUGH:
        return []
    new = [i for i in first.trial.jacobians if not wants[i] and any(np.any(g[i]) for g in first.gradients)]
    return [found for position in new for found in wrong_values(known, position)]


def each_alone(setup: SetUp) -> Iterator[Finding]:
    """A gradient that is right where all are asked for, and missing where it is the only one.

    Then backward asks for another input's flag in `needs_input_grad`.
    """
    trial = setup.first
    if not asks(setup) or sum(trial.wants) < 2 or not setup.is_right:
        return
    for i, wants in enumerate(trial.wants):
        if not wants:
            continue
        alone = replace(trial, asked=tuple(j == i for j in range(len(trial.values))))
        returned = alone.returned(alone.record(trial.upstreams[0]))
        gradient = returned[i] if returned is not None and i < len(returned) else None
        if returned is not None and not isinstance(gradient, np.ndarray):
            words = phrase("asked-alone", input=trial.subject.name_of(i))
            yield finding("missing-gradient.asked", words, at=i)
