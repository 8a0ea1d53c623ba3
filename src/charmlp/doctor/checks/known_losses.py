"""Whether a loss that an engine differentiates, and whose name is known, is one that nobody means."""

import functools
import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from charmlp.doctor import losses
from charmlp.doctor.kind import Text
from charmlp.doctor.losses.known import IGNORED, IGNORES, KnownLoss, Value, agree, named
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.options import plain
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import Trial, is_label

SCALES = (1.0, 0.4, 0.1)  # of the inputs: a hinge is at rest on one of its sides


@functools.cache
def known() -> list[KnownLoss]:
    """All of them, of all files in the room."""
    names = sorted(module.name for module in pkgutil.iter_modules(losses.__path__))
    modules = [importlib.import_module(f"{losses.__name__}.{name}") for name in names]
    return [one for module in modules for one in vars(module).values() if isinstance(one, KnownLoss)]


def is_no_known_mistake(setup: SetUp) -> Iterator[Finding | Phrase]:
    for loss in of_name(name_of(setup)):
        agreeing = agreeing_forms(setup, loss)
        if agreeing and all(agreeing):
            yield finding("forward-wrong.form", confidence=0.9, found=agreeing[0], right=loss.right)
            return
        if agreeing == [None]:
            yield phrase("form", found=loss.right)
            return


def is_known_to_be_right(setup: SetUp) -> bool:
    """Whether its name is known, and only right forms agree with it."""
    return any(agreeing_forms(setup, loss) == [None] for loss in of_name(name_of(setup)))


def name_of(setup: SetUp) -> str:
    """The plain name of the class whose forward an engine differentiates, "" of anything else."""
    subject = setup.first.subject
    if subject.is_raw or subject.is_library or not subject.forward_code:
        return ""
    owner, _, method = getattr(subject.forward_code[0], "__qualname__", "").rpartition(".")
    return plain(owner.rpartition(".")[2] or method)


def of_name(name: str) -> list[KnownLoss]:
    return [loss for loss in known() if name and re.fullmatch(loss.name, name)]


@functools.lru_cache(maxsize=16)
def agreeing_forms(setup: SetUp, loss: KnownLoss) -> list[Text | None]:
    """The forms that agree with it everywhere that it is tried, by what they are."""
    common: dict[str, Text | None] | None = None
    points = [one for trial in setup.trials if loss.ignores for one in with_ignored(trial)]
    for there in points or [one for trial in setup.trials for one in at_all_scales(trial)]:
        here = forms_at(there, loss)
        common = here if common is None else {key: text for key, text in common.items() if key in here}
        if not common:
            return []
    return list((common or {}).values())


def at_all_scales(trial: Trial) -> Iterator[Trial]:
    """The trial, and with smaller inputs; weights and labels stay as they are."""
    for scale in SCALES:
        values = [value * scale if is_data(trial, i) else value for i, value in enumerate(trial.values)]
        yield trial.with_values(values)


def with_ignored(trial: Trial) -> Iterator[Trial]:
    """It with a label that is to be ignored, where forward takes such a one."""
    positions = [
        i for i, value in enumerate(trial.values) if getattr(value, "dtype", np.dtype(float)).kind == "i"
    ]
    for label in {IGNORED, *map(int, named(trial.options, IGNORES))} if positions else ():
        values = list(trial.values)
        changed = values[positions[-1]].copy()
        changed.reshape(-1)[0] = label
        values[positions[-1]] = changed
        there = trial.with_values(values)
        try:
            there.forward(values)
        except Exception:
            continue
        yield there


def is_data(trial: Trial, position: int) -> bool:
    value = trial.values[position]
    is_weight = position in trial.subject.parameters or is_label(trial.subject.name_of(position))
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and not is_weight


def forms_at(trial: Trial, loss: KnownLoss) -> dict[str, Text | None]:
    """The forms that agree with one run, by what they are."""
    values = [value for value in trial.values if isinstance(value, np.ndarray)]
    names = [trial.subject.name_of(i) for i in range(len(trial.values))]
    try:
        output = trial.forward(trial.values)[0].astype(float)
        with np.errstate(all="ignore"):
            every = list(loss.values(values, dict(zip(names, trial.values, strict=False)), trial.options))
    except Exception:  # other inputs than such a loss takes
        return {}
    return {str(text): text for text, value in with_numbers(every) if agree(output, value)}


def with_numbers(values: Sequence[Value]) -> Iterator[tuple[Any, Any]]:
    """Those that are numbers: a logarithm is one of probabilities only."""
    return ((text, value) for text, value in values if np.isfinite(value).all())
