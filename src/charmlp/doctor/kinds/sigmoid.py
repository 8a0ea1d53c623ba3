"""y = σ(x) = 1 / (1 + e⁻ˣ), whose slope is y (1 − y)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import exp, tanh

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, Variables, activation, wrong_form, wrong_slopes
from charmlp.doctor.parameters import is_short, only_number, output_at

WRONG: Slopes = {
    "x (1 − x)": lambda x, y: x * (1 - x),
    "σ(y) (1 − σ(y))": lambda x, y: sigmoid(y) * (1 - sigmoid(y)),
    "y": lambda x, y: y,
    "1 − y": lambda x, y: 1 - y,
    "1 − y²": lambda x, y: 1 - y**2,
    "y (1 + y)": lambda x, y: y * (1 + y),
    "y (1 − y²)": lambda x, y: y * (1 - y**2),
    "y²": lambda x, y: y**2,
    "y² (1 − y)": lambda x, y: y**2 * (1 - y),
    "y² (1 − y)²": lambda x, y: y**2 * (1 - y) ** 2,
    "(1 − y)²": lambda x, y: (1 - y) ** 2,
    "x (1 − y)": lambda x, y: x * (1 - y),
    "y (1 − x)": lambda x, y: y * (1 - x),
    "e⁻ˣ": lambda x, y: exp(-x),
}


def form(slope: float) -> Form:
    """σ(k x), as surrogates of a step have it."""
    if slope == 1:
        return Form("1 / (1 + e⁻ˣ)", steep, parameters={"k": 1.0, "times": ""})
    times = f"{slope:.6g} "
    return Form("1 / (1 + e^(−{k:.6g} x))", steep, parameters={"k": slope, "times": times})


def steep(v: Variables) -> Array:
    return sigmoid(v["k"] * v["x"])


def with_own_slope(trial: Any) -> Iterator[Form]:
    """k from the logarithm of the odds of small inputs, where nothing is rounded to 1."""
    x = trial.variables["x"] / 1000
    y = output_at(trial, "x", x)
    given = trial.arrangement.slots[0].actual(x)
    if y is None or y.shape != given.shape or not ((y > 0) & (y < 1)).all():
        return
    slope = only_number(np.log(y / (1 - y)) / given)
    if slope is not None and slope not in (0.0, 1.0) and is_short(slope):
        yield form(slope)


KIND = activation(
    aliases=("sigmoid", "logistic", "logisticsigmoid"),
    forms=(
        form(1.0),
        wrong_form("1 / (1 + eˣ)", lambda v: sigmoid(-v["x"])),
        wrong_form("tanh x", lambda v: tanh(v["x"])),
    ),
    more_forms=with_own_slope,
    gradient="g · {times}y (1 − y)",
    wrong=(*wrong_slopes("wrong-variable", WRONG), NO_SLOPE),
    by_output=lambda v, y: y * (1 - y),
    checks=(stays_finite, is_finite_at_zero),
    seen_through_noise=True,
)
