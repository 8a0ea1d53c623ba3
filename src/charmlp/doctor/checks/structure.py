"""What the raw return value of backward tells before any number is looked at: count, None, shapes, dtypes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.checks.explanation import explained
from charmlp.doctor.functions import Array, sum_to
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.code import is_summed_by_caller
from charmlp.doctor.operation.source import divides_by_count
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.repair import shape_text
from charmlp.doctor.setups.setup import Observed, SetUp, observe, repaired
from charmlp.doctor.setups.trial import Trial


def functions_inside_keep_shapes(setup: SetUp) -> Iterator[Finding]:
    """Wrong shapes and dtypes from a Function inside the operation, which the engine mends silently."""
    inside = setup.record.calls if not setup.first.subject.is_raw else []
    pairs = [
        (call.name_of(position), gradient, value)
        for call in inside
        for position, (gradient, value) in enumerate(
            zip((call.returned or [()])[0], call.inputs, strict=False)
        )
    ]
    for name, gradient, value in pairs:
        if not isinstance(gradient, np.ndarray) or not isinstance(value, np.ndarray):
            continue
        if gradient.shape != value.shape and sum_to(gradient, value.shape) is not None:
            mistake = "batch-not-summed" + (".keepdim" if gradient.size == value.size else "")
            words = phrase("shape", input=name, found=shape_text(gradient), expected=shape_text(value))
            yield finding(mistake, words, inputs=name)
        if is_real(value) and gradient.dtype != value.dtype:
            yield finding("wrong-dtype.returned", dtypes_of(name, gradient, value), inputs=name)


def functions_inside_count(setup: SetUp) -> Iterator[Finding]:
    """A Function inside the operation that returns too few gradients, which the engine refuses."""
    for call in setup.record.calls if not setup.first.subject.is_raw else []:
        found = len(call.returned[0]) if call.returned else len(call.inputs)
        if found < len(call.inputs):
            yield finding(
                "missing-gradient.count",
                phrase("count", found=found, expected=len(call.inputs)),
                part=call.name,
            )


def dtypes_of(name: str, gradient: Array, value: Array) -> Phrase:
    found, expected = str(gradient.dtype), str(value.dtype)
    return phrase("dtype", input=name, found=found, expected=expected)


def shapes_and_counts(setup: SetUp) -> list[Finding]:
    found = setup.repaired.findings if setup.can_be_judged and setup.repaired is not None else []
    backward = setup.first.subject.code[:1]
    if any(map(is_summed_by_caller, backward)):
        found = [one for one in found if one.name != "batch-not-summed"]
    return found


def dtypes(setup: SetUp) -> list[Finding]:
    """Gradients in another dtype than their inputs, in float64 and in float32."""
    if not setup.can_be_judged:
        return []
    of_function = setup.first.subject.counts
    return other_dtypes(setup.first, setup.returned) + (in_float32(setup.first) if of_function else [])


def grows_to_float64(setup: SetUp) -> list[Finding | Phrase]:
    """NumPy makes float64 of float32 and a constant array: no mistake, but twice the memory.

    A division by a count is one: nobody meant the count of some elements to decide the dtype.
    """
    subject = setup.first.subject
    if not subject.is_raw or subject.counts or not setup.can_be_judged:
        return []
    found = in_float32(setup.first)
    if not found:
        return []
    return [*found] if any(map(divides_by_count, subject.code)) else [phrase("float64-note")]


def other_dtypes(trial: Trial, returned: Sequence[Any] | None) -> list[Finding]:
    return [
        finding("wrong-dtype.returned", dtypes_of(trial.subject.name_of(i), gradient, value), at=i)
        for i, (gradient, value) in enumerate(zip(returned or (), trial.values, strict=False))
        if isinstance(gradient, np.ndarray) and trial.wants[i] and gradient.dtype != value.dtype
        if not is_put_in(trial, i)
    ]


def is_put_in(trial: Trial, position: int) -> bool:
    """Whether it is a weight that was made in float64 and is float32 here alone."""
    return trial.dtype == np.float32 and position in trial.subject.parameters


def in_float32(trial: Trial) -> list[Finding]:
    """Gradients that do not come back in float32 where the inputs are float32."""
    if trial.dtype != np.float64:
        return []
    single = trial.with_values([v.astype(np.float32) if is_real(v) else v for v in trial.values])
    try:
        returned = single.for_ones()
    except Exception:
        return []
    return other_dtypes(single, returned) if all(y.dtype == np.float32 for y in single.outputs) else []


# Backward that raises, or returns what nobody can take


def backward_runs(setup: SetUp) -> list[Finding]:
    """A backward that raises, or that the engine refuses (dropped where something else is found)."""
    if setup.randomness == "unseeded":
        return []
    error = phrase("raises", error=setup.record.error_text)
    if setup.returned is None or not (setup.observations or shapes_and_counts(setup) + dtypes(setup)):
        mistake = "backward-raises" + (".forward" if setup.record.stage == "forward" else "")
        return raising_in_square(setup, error) or [finding(mistake, error)]
    return [finding("engine-refuses", error)] if setup.record.error is not None else []


def raising_in_square(setup: SetUp, error: Phrase) -> list[Finding]:
    """A product of matrices that do not fit: with square ones it may not raise, and then the numbers tell."""
    for observed in in_square(setup):
        trial = observed.trial
        found = [f for i in range(len(trial.values)) for f in wrong_in_square(observed, i)]
        if found:
            mended = repaired(trial, trial.upstreams[0])
            return [with_evidence(found[0], error), *found[1:], *(mended.findings if mended else [])]
    return []


def in_square(setup: SetUp) -> Iterator[Observed]:
    """The operation at the sizes, if any, at which its kind's wrong shapes go unnoticed."""
    trials = filter(None, map(setup.remake, setup.kind.square_sizes))
    return filter(None, map(observe, trials))


def wrong_in_square(observed: Observed, position: int) -> list[Finding]:
    if observed.relative_error(position) is None or observed.is_right(position):
        return []
    return explained([observed], position)


def with_evidence(found: Finding, words: Phrase) -> Finding:
    return replace(found, evidence=(words, *found.evidence))
