"""Trials with inputs that the user gives."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Arrangement
from charmlp.doctor.kind import Kind
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.options import fill_options
from charmlp.doctor.operation.subject import Build, is_real
from charmlp.doctor.setups.guessing import DTYPES, runs, sizes_of
from charmlp.doctor.setups.recognition import agreeing_form, counts
from charmlp.doctor.setups.trial import Trial
from charmlp.doctor.words import one_line


def given_trial(build: Build, inputs: Sequence[Any], meant: str | None, *, said: bool) -> Trial:
    """The user's own inputs, in float64 where forward takes it; `said`: taken for nothing but `meant`."""
    errors: list[Exception] = []
    for dtype in DTYPES:
        subject = build({"N": 5, "D": 7, "K": 3, "C": 3}, dtype)
        values = [value.astype(dtype) if is_real(value) else value for value in map(as_array, inputs)]
        values += [parameter.astype(dtype) for parameter in subject.parameters.values()]
        fillers = fill_options(subject, len(values)) or []
        trial = Trial(subject, values, sizes_of(values), fillers=fillers, asked=asked_of(inputs))
        if runs(trial, dtype, errors):
            candidates = [kinds()[meant]] if said and meant else kinds().values()
            return recognised(trial, sorted(candidates, key=lambda kind: kind.name != meant), meant)
    raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")


def as_array(value: Any) -> Any:
    """A tensor or a list of numbers as an array, the rest as it is."""
    if "torch" in sys.modules:
        from charmlp.doctor.operation import watch

        value = watch.as_array(value)
    return np.asarray(value) if isinstance(value, float | list) else value


def asked_of(inputs: Sequence[Any]) -> tuple[bool, ...] | None:
    """Which tensors want a gradient, where any says so; the others are constants."""
    wants = tuple(bool(getattr(value, "requires_grad", False)) for value in inputs)
    return wants if any(wants) else None


def recognised(trial: Trial, candidates: Sequence[Kind], meant: str | None) -> Trial:
    """The trial with what its forward shows it to be; a kind that is meant needs only to fit."""
    for kind in candidates:
        fitting = [bound for bound in (bind(trial, a, kind) for a in kind.arrangements) if bound is not None]
        for bound in fitting:
            form = agreeing_form(bound)
            if counts(form, kind.name == meant):
                return replace(bound, form=form)
        if kind.name == meant and fitting:
            return fitting[0]
    return trial


def bind(trial: Trial, arrangement: Arrangement, kind: Kind) -> Trial | None:
    """The values taken as this arrangement; None where they do not fit."""
    if len(arrangement.slots) != len(trial.values):
        return None
    pairs = zip(arrangement.slots, trial.values, strict=True)
    if any(not isinstance(v, np.ndarray) or is_real(v) == slot.is_index for slot, v in pairs):
        return None
    try:
        variables = arrangement.variables(trial.values)
        sizes = arrangement.sizes_of(variables)
    except Exception:
        return None
    if "label" in variables and not np.allclose(variables["label"].sum(-1), 1):  # soft ones sum to 1 as well
        return None
    return replace(trial, arrangement=arrangement, kind=kind, sizes=sizes)
