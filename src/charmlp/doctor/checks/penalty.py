"""What an option adds to a gradient: a penalty's share alone may be wrong, or be missing in forward."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.options import is_strength, option
from charmlp.doctor.setups.setup import Observed, joined, observe
from charmlp.doctor.setups.trial import Trial

KNOWN = {2.0: "factor-two.twice", 0.5: "factor-two.half", -1.0: "sign-flipped"}


def penalty_is_wrong(observations: Sequence[Observed], position: int) -> list[Finding]:
    """The gradient without the penalty, where λ is 0, is right; what λ adds to it has the wrong factor."""
    ratios = [ratio_of_penalty(observed, position) for observed in observations]
    first = ratios[0]
    if first is None or any(ratio is None or abs(ratio - first) > 1e-4 for ratio in ratios):
        return []
    words = phrase("penalty", ratio=f"{0 if abs(first) < 1e-4 else first:.3g}")
    known = next((name for value, name in KNOWN.items() if abs(first - value) < 1e-4), None)
    if abs(first) < 1e-4:
        return [finding("path-forgotten.penalty", words, at=position)]
    if known is not None:
        return [finding(known, words, at=position)]
    return [finding("constant-factor", words, at=position, factor=f"{first:.4g}")]


def forward_lacks(observations: Sequence[Observed], position: int) -> list[Finding]:
    """Where the gradient depends on a number that forward does not use, and is right where that is 0."""
    trial = observations[0].trial
    for name in options_of(trial):
        others = [with_zero(observed.trial, name) for observed in observations]
        if all(
            other is not None and is_forward_of(other, observed.trial, position)
            for other, observed in zip(others, observations, strict=True)
        ):
            variant = "option" if name else "penalty"
            return [finding(f"forward-wrong.{variant}", phrase("right-at-zero"), at=position, option=name)]
    return []


def options_of(trial: Trial) -> list[str]:
    """The numbers beside the values, by their names; "" for a penalty's strength that has none here."""
    subject = trial.subject
    names = ((subject.required or ()) + subject.optional)[len(trial.values) :]
    numbers = [name for name in names if type(subject.defaults.get(name)) in (int, float)]
    return numbers + ([""] if subject.unpenalised is not None else [])


def with_zero(trial: Trial, name: str) -> Trial | None:
    """The same with one of its numbers 0, the others as they are."""
    if not name:
        return without_penalty(trial)
    names = ((trial.subject.required or ()) + trial.subject.optional)[len(trial.values) :]
    before = [option(trial.subject, other, flags=True) for other in names[: names.index(name)]]
    return replace(trial, fillers=[*before, type(trial.subject.defaults[name])(0)])


def is_forward_of(other: Trial, trial: Trial, position: int) -> bool:
    """Whether another trial has the same forward, and the right gradient."""
    try:
        same = all(np.array_equal(a, b) for a, b in zip(other.outputs, trial.outputs, strict=True))
        observed = observe(other) if same else None
    except Exception:  # 1 / 0
        return False
    return observed is not None and observed.is_right(position)


def ratio_of_penalty(observed: Observed, position: int) -> float | None:
    """Of the penalty's share of the gradient to what it should be; None where it is not all that is wrong."""
    trial, a, n = observed.trial, observed.analytic[position], observed.right[position]
    without = without_penalty(trial)
    if a is None or n is None or without is None or trial.form is not None:
        return None
    rest = joined(without.expected(position, upstream) for upstream in trial.upstreams)
    if rest is None or rest.shape != n.shape:
        return None
    share, found = n - rest, a - rest
    square = float(share @ share)
    if square < 1e-12 * float(n @ n):
        return None
    ratio = float(found @ share) / square
    off = float(np.linalg.norm(found - ratio * share))
    return ratio if off <= 1e-5 * float(np.linalg.norm(n)) else None


@lru_cache(maxsize=8)
def without_penalty(trial: Trial) -> Trial | None:
    """The same with λ = 0, where an option that follows the values is a penalty's strength."""
    if trial.subject.unpenalised is not None:
        return replace(trial, subject=trial.subject.unpenalised)
    names = ((trial.subject.required or ()) + trial.subject.optional)[len(trial.values) :]
    strengths = [i for i, name in enumerate(names) if is_strength(name)]
    if not strengths:
        return None
    chosen = [option(trial.subject, name, flags=True) for name in names[: strengths[0]]]
    return replace(trial, fillers=[*chosen, 0.0])
