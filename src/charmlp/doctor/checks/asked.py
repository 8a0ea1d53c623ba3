"""Gradients of which only one is asked for: `ctx.needs_input_grad` says so, and backward may save work."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.setups.setup import SetUp


def each_alone(setup: SetUp) -> Iterator[Finding]:
    """A gradient that is right where all are asked for, and missing where it is the only one.

    Then backward asks for another input's flag in `needs_input_grad`.
    """
    trial = setup.first
    asks = any("needs_input_grad" in source_of(function) for function in trial.subject.code[:1])
    if not asks or sum(trial.wants) < 2 or not setup.is_right:
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
