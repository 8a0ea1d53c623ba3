"""What an estimator's parameters mean as settings of a training, and what they may be."""

import dataclasses
from collections.abc import Mapping
from numbers import Real
from typing import Any

from charmlp.config import TrainingConfig, settings
from charmlp.config.rules import INFINITY, NOT_NEGATIVE, Rule
from charmlp.config.settings import fitted, flag_of
from charmlp.errors import UsageError


class ArgumentError(UsageError, ValueError):
    """A parameter, or the data, of an estimator is wrong: a `ValueError`, as scikit-learn's tools expect."""


SETTINGS = {  # parameter → setting, where it has one of its own
    "hidden_layer_sizes": "hidden_size",
    "activation": "act_type",
    "solver": "optimizer",
    "weight_decay": "weight_decay",
    "batch_size": "batch_size",
    "learning_rate": "schedule",
    "learning_rate_init": "lr",
    "max_iter": "epochs",
    "momentum": "momentum",
    "clip_norm": "clip_norm",
    "dropout": "dropout",
    "input_dropout": "input_dropout",
    "label_smoothing": "label_smoothing",
    "step": "step",
}
OF_IMAGES = {"norm_size": "norm_size", "preprocessing": "preprocessing", "crop": "crop"}
FIELDS = {field.name: field for field in settings()}
THEIR_NAMES = {"identity": "none", "logistic": "sigmoid"}  # scikit-learn's names of activations
AUTO_BATCH = 200  # examples at most, as in scikit-learn

RULES = {  # of parameters that are no setting
    "tol": NOT_NEGATIVE,
    "n_iter_no_change": Rule(
        "a whole number, at least 1, or infinity", float, lambda n: n >= 1 and (n == INFINITY or n == int(n))
    ),
    "validation_fraction": Rule("a number above 0 and below 1", float, lambda x: 0 < x < 1),
}


def config_of(parameters: Mapping[str, Any]) -> TrainingConfig:
    """The settings of a training on arrays; raises `ArgumentError`, which names the parameter."""
    for name, rule in RULES.items():
        value = parameters[name]
        if isinstance(value, bool) or not isinstance(value, Real) or not rule.allows(value):
            raise ArgumentError(f"{name}: {rule.misfit(value)}")
    given = {setting: setting_of(name, parameters[name]) for name, setting in SETTINGS.items()}
    if not given["hidden_size"]:
        given["act_type"] = "none"  # the course's single layer would have it behind the logits
    return TrainingConfig(**given, val_interval=1, keep="best" if parameters["early_stopping"] else "last")


def setting_of(parameter: str, value: Any) -> Any:
    """A parameter's value as that of its setting."""
    if parameter == "activation":
        value = THEIR_NAMES.get(value, value) if isinstance(value, str) else value
    elif parameter == "batch_size" and isinstance(value, str) and value == "auto":
        return AUTO_BATCH
    field = FIELDS[(SETTINGS | OF_IMAGES)[parameter]]
    try:
        return fitted(field, value)
    except UsageError as error:
        raise ArgumentError(str(error).replace(flag_of(field), parameter, 1)) from None


def with_seed(config: TrainingConfig, seed: int, epochs: int | None = None) -> TrainingConfig:
    """The settings with another seed, and other epochs where they are given."""
    return dataclasses.replace(config, seed=seed, epochs=epochs or config.epochs)
