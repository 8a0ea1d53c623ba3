"""What Optuna may suggest: a range or some choices for each setting, as a file of TOML has them.

lr = { low = 0.0001, high = 0.01, log = true }
hidden_size = ["64", "512x256"]
"""

from __future__ import annotations

import dataclasses
from typing import Any

from charmlp.config import TrainingConfig, spell
from charmlp.config.toml import read_toml
from charmlp.errors import CharmlpError, UsageError
from charmlp.search.space import Values, field_called, read_value
from charmlp.text import shown_value

Space = dict[str, dict[str, Any]]  # `low`, `high`, `log`, or `choices` as texts, by the setting's field

USUAL: dict[str, Space] = {  # by the optimizer
    "sgd": {
        "lr": {"low": 1e-4, "high": 0.02, "log": True},
        "momentum": {"low": 0.8, "high": 0.99, "log": False},
        "hidden_size": {"choices": ["32", "64", "128"]},
        "batch_size": {"choices": ["8", "16", "32"]},
    },
    "adamw": {
        "lr": {"low": 5e-4, "high": 0.01, "log": True},
        "weight_decay": {"low": 0.005, "high": 0.5, "log": True},
        "label_smoothing": {"low": 0.0, "high": 0.2, "log": False},
        "input_dropout": {"low": 0.0, "high": 0.2, "log": False},
    },
}


def usual_space(base: TrainingConfig) -> Space:
    """What is tried where no file says it; raises `UsageError` for optimizers without such a space."""
    if base.optimizer not in USUAL:
        known = " and ".join(USUAL)
        raise UsageError(f"--trials: for --optim_type {base.optimizer} give --space FILE; {known} need none")
    return USUAL[base.optimizer]


def read_space(text: str, name: str) -> Space:
    """The ranges and choices of a file called `name`; raises `CharmlpError` that names the entry."""
    space: Space = {}
    for entry, value in read_toml(text, name).items():
        field = field_called(entry, name)
        if field.name in space:
            raise UsageError(f"{name}: {field.name} is given twice")
        place = f"{name}: {field.name}"
        space[field.name] = (
            range_of(field, value, place) if isinstance(value, dict) else choices_of(field, value, place)
        )
    if not space:
        raise CharmlpError(f"{name}: no setting to try in it")
    return space


def choices_of(field: dataclasses.Field[Any], values: Any, place: str) -> dict[str, Any]:
    if not isinstance(values, list) or not values:
        raise CharmlpError(f"{place}: expected choices, as in [0.8, 0.9], or {{ low = …, high = … }}")
    texts = [spell(tuple(value) if isinstance(value, list) else value) for value in values]
    read = [read_value(field, text, place) for text in texts]
    if len({*read}) < len(read):
        raise CharmlpError(f"{place}: a choice is given twice")
    return {"choices": [spell(value) for value in read]}


def range_of(field: dataclasses.Field[Any], value: dict[str, Any], place: str) -> dict[str, Any]:
    if isinstance(field.default, bool) or not isinstance(field.default, int | float):
        raise CharmlpError(f"{place}: has no range; expected choices, as in [{shown_value(field.default)}]")
    if not {"low", "high"} <= {*value} <= {"low", "high", "log"}:
        raise CharmlpError(f"{place}: expected low and high, and log = true perhaps")
    low, high = (read_value(field, spell(value[end]), place) for end in ("low", "high"))
    log = value.get("log", False)
    if not isinstance(log, bool) or low >= high or (log and low <= 0):
        raise CharmlpError(f"{place}: low must be less than high, and with log = true above 0")
    return {"low": low, "high": high, "log": log}


def corners(space: Space) -> list[Values]:
    """Every choice and every end of a range, beside the first ones of the others: what is allowed of all."""
    ends = {
        name: [decoded(name, value) for value in (known.get("choices") or (known["low"], known["high"]))]
        for name, known in space.items()
    }
    first = {name: values[0] for name, values in ends.items()}
    return [first | {name: value} for name, values in ends.items() for value in values]


def suggested(trial: Any, space: Space) -> Values:
    """A setting that Optuna's trial suggests; numbers with four digits that count."""
    values: Values = {}
    for name, known in space.items():
        if "choices" in known:
            found = trial.suggest_categorical(name, known["choices"])
        elif isinstance(known["low"], int):
            found = trial.suggest_int(name, known["low"], known["high"], log=known["log"])
        else:
            found = trial.suggest_float(name, known["low"], known["high"], log=known["log"])
        values[name] = decoded(name, found)
    return values


def decoded(name: str, value: Any) -> Any:
    """A setting's value of what Optuna keeps: choices are texts.

    >>> decoded("hidden_size", "64,32"), decoded("lr", 0.00123456)
    ((64, 32), 0.001235)
    """
    if isinstance(value, str):
        return read_value(field_called(name, "--space"), value, "--space")
    return float(f"{value:.4g}") if isinstance(value, float) else value
