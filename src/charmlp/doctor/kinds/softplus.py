"""y = log(1 + e^(β x)) / β, whose slope is σ(β x); β is 1 or whatever forward shows at 0."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, Variables, Wrong, activation, wrong_form, wrong_slopes
from charmlp.doctor.parameters import is_short, only_number, output_at


def softplus(v: Variables) -> Array:
    return np.logaddexp(0, v["beta"] * v["x"]) / v["beta"]


def form(beta: float) -> Form:
    if beta == 1:
        return Form("log(1 + eˣ)", softplus, parameters={"beta": 1.0, "derivative": "σ(x)"})
    derivative = f"σ({beta:.6g} x)"
    parameters = {"beta": beta, "derivative": derivative}
    return Form("log(1 + e^({beta:.6g} x)) / {beta:.6g}", softplus, parameters=parameters)


def with_own_beta(trial: Any) -> Iterator[Form]:
    """β from the value at 0, which is log 2 / β."""
    at_zero = output_at(trial, "x", 0 * trial.variables["x"])
    value = None if at_zero is None else only_number(at_zero)
    beta = only_number(np.array(np.log(2) / value)) if value else None
    if beta is not None and beta != 1 and is_short(beta):
        yield form(beta)


WRONG: Slopes = {
    "σ(−x)": lambda x, y: sigmoid(-x),
    "σ(x) (1 − σ(x))": lambda x, y: sigmoid(x) * sigmoid(-x),
    "σ(x)²": lambda x, y: sigmoid(x) ** 2,
    "eˣ": lambda x, y: np.exp(x),
    "1 + eˣ": lambda x, y: 1 + np.exp(x),
    "1 + e⁻ˣ": lambda x, y: 1 + np.exp(-x),
    "log(1 + eˣ)": lambda x, y: y,
    "tanh x": lambda x, y: np.tanh(x),
    "[x > 0]": lambda x, y: 1.0 * (x > 0),
}
OF_OUTPUT: Slopes = {
    "σ(y)": lambda x, y: sigmoid(y),
    "1 − e⁻ˣ": lambda x, y: 1 - np.exp(-x),
    "y (1 − y)": lambda x, y: y * (1 - y),
}

KIND = activation(
    aliases=("softplus", "smoothrelu"),
    forms=(
        form(1.0),
        wrong_form("log(1 + e⁻ˣ)", lambda v: np.logaddexp(0, -v["x"])),
        wrong_form("1 + eˣ", lambda v: 1 + np.exp(v["x"])),
        wrong_form("eˣ", lambda v: np.exp(v["x"])),
    ),
    more_forms=with_own_beta,
    gradient="g · {derivative}",
    wrong=(
        *wrong_slopes("wrong-formula", WRONG),
        *wrong_slopes("wrong-variable.of-input", OF_OUTPUT),
        Wrong("σ({beta:.6g} y)", lambda v, y, g: g * sigmoid(v["beta"] * y), "wrong-variable.of-input"),
        Wrong("g · σ(x)", lambda v, y, g: g * sigmoid(v["x"]), "scale-forgotten"),
        Wrong("g · β σ(β x)", lambda v, y, g: g * v["beta"] * sigmoid(v["beta"] * v["x"]), "scale-forgotten"),
        NO_SLOPE,
    ),
    by_output=lambda v, y: 1 - np.exp(-v["beta"] * y),
    checks=(stays_finite, is_finite_at_zero),
)
