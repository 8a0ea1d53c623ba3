"""A gradient that is right for another value of an option: backward has left the option out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from charmlp.doctor.arrangement import GUESSED
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import Observed, joined
from charmlp.doctor.setups.trial import Trial

PENALTY = re.compile(r"_?(l[12]|lambda|lambd|lam|lmbda|reg\w*|\w*decay|\w*penalty)\w*", re.IGNORECASE)
NEUTRAL = (0.0, 1.0)  # what an option has no effect with: of something added, and of a factor


def option_is_ignored(observations: Sequence[Observed], position: int) -> list[Finding]:
    """The first option with whose neutral value forward has this gradient, in each trial."""
    for option, value in observations[0].trial.options.items():
        for neutral in NEUTRAL:
            errors = [error_with(observed, position, option, neutral) for observed in observations]
            if value != neutral and all(error is not None and error <= 1e-6 for error in errors):
                words = {"option": option, "value": f"{neutral:g}"}
                fits = phrase(
                    "option-ignored", residual=f"{max(filter(None, [1e-12, *errors])):.0e}", **words
                )
                if neutral == 0 and PENALTY.fullmatch(option):
                    return [finding("path-forgotten.penalty", fits, at=position, confidence=0.9)]
                return [finding("scale-forgotten.ignored", fits, at=position, confidence=0.9, **words)]
    return []


def error_with(observed: Observed, position: int, option: str, value: float) -> float | None:
    """The relative error if forward had another value of an option; None where that cannot be told."""
    there, a = with_option(observed.trial, option, value), observed.analytic[position]
    if there is None or a is None:
        return None
    try:
        n = joined(there.expected(position, upstream) for upstream in observed.trial.upstreams)
    except Exception:  # the option may be no such number
        return None
    if n is None or n.shape != a.shape or not np.isfinite(n).all() or not n.any():
        return None
    return float(np.linalg.norm(a - n) / np.linalg.norm(n))


def with_option(trial: Trial, option: str, value: float) -> Trial | None:
    """The trial with another value of one of the options that follow the inputs."""
    fillers = dict(options_of(trial))
    if option not in fillers:
        return None
    names = list(fillers)[: max(len(trial.fillers), list(fillers).index(option) + 1)]
    given = [value if name == option else fillers[name] for name in names]
    return replace(trial, fillers=given, form=None, kind=UNKNOWN, arrangement=GUESSED)


def options_of(trial: Trial) -> Iterator[tuple[str, object]]:
    """What follows the inputs, and what it is."""
    subject, n = trial.subject, len(trial.values)
    names = ((subject.required or ()) + subject.optional)[n:]
    for i, name in enumerate(names):
        yield name, trial.fillers[i] if i < len(trial.fillers) else subject.defaults.get(name)
