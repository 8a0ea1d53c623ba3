"""A penalty's share of a gradient: a loss with λ‖W‖² is wrong in that term alone where its gradient is."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.options import is_strength, option
from charmlp.doctor.setups.setup import Observed, joined
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
