"""The hinge loss of labels y* = ±1: max(0, m − y* y), margin m = 1; its derivative is −y* where y* y < m."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import PREDICTION, Role, arrange, random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, named, wrong_form
from charmlp.doctor.parameters import is_short, only_number, output_at
from charmlp.doctor.reductions import by_element, times_upstream


def random_signs(shape: Sequence[int], generator: Any) -> Array:
    return np.sign(random_numbers(shape, generator))


SIGNS = Role("target", "NC", constant=True, values=random_signs)


def agreement(v: Variables) -> Array:
    """y* y, which should be at least the margin."""
    return v["target"] * v["prediction"]


def hinge(v: Variables) -> Array:
    return np.maximum(0, v["margin"] - agreement(v))


def forms(margin: float) -> tuple[Form, ...]:
    text = "" if margin == 1 else ", m = {margin:.6g}"
    return by_element(hinge, text, margin=margin)


def with_own_margin(trial: Any) -> Iterator[Form]:
    """m from the mean loss where y is 0."""
    at_zero = output_at(trial, "prediction", 0 * trial.variables["prediction"])
    margin = None if at_zero is None else only_number(at_zero)
    if margin is not None and 0 < margin != 1 and is_short(margin):
        yield from forms(margin)


Derivative = Callable[[Array, Array, float], Array]  # of y, y* and m
WRONG: dict[str, dict[str, Derivative]] = {
    "wrong-threshold": {
        "−y* [y* y < 0]": lambda p, t, m: -t * (t * p < 0),
        "−y* [y* y > 0]": lambda p, t, m: -t * (t * p > 0),
        "−y* [y < 1]": lambda p, t, m: -t * (p < m),
        "−y* [y > 0]": lambda p, t, m: -t * (p > 0),
        "−y* [|y| < 1]": lambda p, t, m: -t * (abs(p) < m),
        "−y* [y* > 0]": lambda p, t, m: -t * (t > 0),
        "−y* [y* y > −1]": lambda p, t, m: -t * (t * p > -m),
    },
    "wrong-mask.formula": {
        "−y* [y* y > 1]": lambda p, t, m: -t * (t * p > m),
        "−y*": lambda p, t, m: -t,
    },
    "wrong-variable.edit": {
        "−y [y* y < 1]": lambda p, t, m: -p * (t * p < m),
    },
    "wrong-formula": {
        "−y* y [y* y < 1]": lambda p, t, m: -t * p * (t * p < m),
        "−y* max(0, 1 − y* y)": lambda p, t, m: -t * np.maximum(0, m - t * p),
        "(y* y − 1) [y* y < 1]": lambda p, t, m: np.minimum(0, t * p - m),
        "y − y*": lambda p, t, m: p - t,
    },
    "path-forgotten.factor": {
        "−[y* y < 1]": lambda p, t, m: -1.0 * (t * p < m),
    },
}


def formula(function: Derivative) -> Formula:
    return times_upstream(lambda v: function(v["prediction"], v["target"], v["margin"]))


KIND = Kind(
    aliases=("hinge", "hingeloss", "svmbinary", "binarysvm", "binaryhinge"),
    arrangements=(
        arrange(PREDICTION, SIGNS),
        arrange((PREDICTION, "flat"), (SIGNS, "flat"), second=True, C=1),
        arrange(SIGNS, PREDICTION),
        arrange((SIGNS, "flat"), (PREDICTION, "flat"), second=True, C=1),
        arrange(PREDICTION, (SIGNS, "bits")),
        arrange((PREDICTION, "flat"), (SIGNS, "flat bits"), second=True, C=1),
    ),
    forms=(
        *forms(1.0),
        wrong_form("max(0, −y* y)", lambda v: np.maximum(0, -agreement(v)).mean()),
        wrong_form("max(0, 1 + y* y)", lambda v: np.maximum(0, 1 + agreement(v)).mean()),
        wrong_form(
            {"en": "1 − y* y, without the maximum", "zh": "1 − y* y，没有取最大值"},
            lambda v: (1 - agreement(v)).mean(),
        ),
        wrong_form(
            {"en": "max(0, …) of the mean, not the mean of max(0, …)", "zh": "先取平均再取 max(0, …)"},
            lambda v: np.maximum(0, (1 - agreement(v)).mean()),
        ),
    ),
    more_forms=with_own_margin,
    gradients={
        "prediction": Gradient(
            "−y* [y* y < {margin:.6g}]",
            named(WRONG, formula),
            core=times_upstream(lambda v: -v["target"] * (agreement(v) < v["margin"])),
        )
    },
    page="losses",
    factors="NCM",
    is_loss=True,
    try_all=True,
)
