"""y = x σ(β x), whose slope is s + β x s (1 − s) with s = σ(β x); β = 1 has a name of its own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Formula, Variables, Wrong, activation, named, wrong_form
from charmlp.doctor.parameters import is_short, only_number

Slope = Callable[[Array, float], Array]


def gate(x: Array, beta: float) -> Array:
    return sigmoid(beta * x)


def gate_slope(x: Array, beta: float) -> Array:
    """s (1 − s), without the inner β."""
    return sigmoid(beta * x) * sigmoid(-beta * x)


def slope(x: Array, beta: float) -> Array:
    return gate(x, beta) + beta * x * gate_slope(x, beta)


def form(beta: float) -> Form:
    def swish(v: Variables) -> Array:
        return v["x"] * gate(v["x"], v["beta"])

    return Form("x σ({beta:.6g} x)", swish, parameters={"beta": beta})


def with_own_beta(trial: Any) -> Iterator[Form]:
    """β from y / x = σ(β x)."""
    x, y = trial.variables["x"], trial.canonical_output
    if x.shape != y.shape:
        return
    with np.errstate(all="ignore"):
        beta = only_number(np.log(y / (x - y)) / x)
    if beta is not None and beta not in (0.0, 1.0) and is_short(beta):
        yield form(beta)


def times_upstream(function: Slope) -> Formula:
    return lambda v, y, g: g * function(v["x"], v["beta"])


WRONG: Mapping[str, Mapping[str, Slope]] = {
    "path-forgotten": {"s": gate, "β x s (1 − s)": lambda x, b: b * x * gate_slope(x, b)},
    "scale-forgotten": {
        "s + x s (1 − s)": lambda x, b: gate(x, b) + x * gate_slope(x, b),
        "σ(x) (1 + x (1 − σ(x)))": lambda x, b: slope(x, 1.0),
    },
    "wrong-formula": {
        "s (1 − s)": gate_slope,
        "s + β s (1 − s)": lambda x, b: gate(x, b) + b * gate_slope(x, b),
        "s − β x s (1 − s)": lambda x, b: gate(x, b) - b * x * gate_slope(x, b),
        "s + β x s": lambda x, b: gate(x, b) * (1 + b * x),
        "s + β x (1 − s)": lambda x, b: gate(x, b) + b * x * gate(-x, b),
        "1 + β x (1 − s)": lambda x, b: 1 + b * x * gate(-x, b),
        "x s": lambda x, b: x * gate(x, b),
    },
}

KIND = activation(
    aliases=("swish", "swishbeta", "swishwithbeta"),
    forms=(
        form(1.0),
        wrong_form("σ(β x)", lambda v: gate(v["x"], 1.0)),
        wrong_form("x σ(−β x)", lambda v: v["x"] * gate(-v["x"], 1.0)),
        wrong_form("max(0, x)", lambda v: np.maximum(v["x"], 0)),
    ),
    more_forms=with_own_beta,
    gradient="g · (s + {beta:.6g} x s (1 − s)), s = σ({beta:.6g} x)",
    wrong=(
        *named(WRONG, times_upstream),
        Wrong(
            "s + β y s (1 − s), s = σ(β y)",
            lambda v, y, g: g * slope(y, v["beta"]),
            "wrong-variable.of-input",
        ),
        Wrong(
            "y + s (1 − y)",
            lambda v, y, g: g * (y + gate(v["x"], v["beta"]) * (1 - y)),
            "scale-forgotten",
        ),
        Wrong("y (1 − y)", lambda v, y, g: g * y * (1 - y), "wrong-variable.of-input"),
        NO_SLOPE,
    ),
    checks=(stays_finite, is_finite_at_zero),
)
