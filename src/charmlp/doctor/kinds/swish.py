"""y = x σ(β x), whose slope is s + β x s (1 − s) with s = σ(β x); β = 1 has a name of its own.

β may be learned, one number or one a column: its gradient is Σ g x² s (1 − s).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Role, X, arrange
from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.kind import (
    NO_SLOPE,
    Form,
    Formula,
    Gradient,
    Variables,
    Wrong,
    activation,
    named,
    wrong_form,
)
from charmlp.doctor.parameters import is_short, only_number

BETA = ("beta", "b", "w", "weight")
BY_COLUMN, ONE, NUMBER = (Role("beta", shape, BETA) for shape in ("D", "A", ""))
LEARNED = (arrange(X, BY_COLUMN), arrange(X, ONE, second=True, A=1), arrange(X, NUMBER, second=True))
Slope = Callable[[Array, float], Array]


def gate(x: Array, beta: float) -> Array:
    return sigmoid(beta * x)


def gate_slope(x: Array, beta: float) -> Array:
    """s (1 − s), without the inner β."""
    return sigmoid(beta * x) * sigmoid(-beta * x)


def slope(x: Array, beta: float) -> Array:
    return gate(x, beta) + beta * x * gate_slope(x, beta)


def swish(v: Variables) -> Array:
    return v["x"] * gate(v["x"], v["beta"])


def form(beta: float) -> Form:
    return Form("x σ({shown} x)", swish, parameters={"beta": beta, "shown": f"{beta:.6g}"})


OF_LEARNED = Form("x σ({shown} x)", swish, parameters={"shown": "β"})


def with_own_beta(trial: Any) -> Iterator[Form]:
    """β from y / x = σ(β x), or the one that is given."""
    x, y = trial.variables["x"], trial.canonical_output
    if trial.role(len(trial.values) - 1) == "beta":
        yield OF_LEARNED
        return
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
        "x s": lambda x, b: x * gate(x, b),
    },
    "path-forgotten.factor": {
        "s + β s (1 − s)": lambda x, b: gate(x, b) + b * gate_slope(x, b),
        "s + β x s": lambda x, b: gate(x, b) * (1 + b * x),
        "s + β x (1 − s)": lambda x, b: gate(x, b) + b * x * gate(-x, b),
        "1 + β x (1 − s)": lambda x, b: 1 + b * x * gate(-x, b),
    },
    "sign-flipped.term": {
        "s − β x s (1 − s)": lambda x, b: gate(x, b) - b * x * gate_slope(x, b),
    },
}

OfBeta = Callable[[Array, Array, Array], Array]  # of x, s and g, an element
WRONG_OF_BETA: Mapping[str, Mapping[str, OfBeta]] = {
    "path-forgotten.factor": {
        "Σ g x²": lambda x, s, g: g * x**2,
        "Σ g x s (1 − s)": lambda x, s, g: g * x * s * (1 - s),
        "Σ g s (1 − s)": lambda x, s, g: g * s * (1 - s),
        "Σ g x² s": lambda x, s, g: g * x**2 * s,
        "Σ g x² (1 − s)": lambda x, s, g: g * x**2 * (1 - s),
        "Σ g x s": lambda x, s, g: g * x * s,
        "Σ g x": lambda x, s, g: g * x,
        "Σ g": lambda x, s, g: g,
    },
}


def summed(elements: OfBeta) -> Formula:
    """Over all elements that share a β."""

    def formula(v: Variables, y: Array, g: Array) -> Array:
        shape = np.shape(v["beta"])
        total = elements(v["x"], gate(v["x"], v["beta"]), g)
        return total.sum(0) if shape == total.shape[1:] else total.sum().reshape(shape)

    return formula


OF_NUMBER = activation(
    aliases=("swish", "swishbeta", "swishwithbeta"),
    forms=(
        form(1.0),
        wrong_form("σ(β x)", lambda v: gate(v["x"], 1.0)),
        wrong_form("x σ(−β x)", lambda v: v["x"] * gate(-v["x"], 1.0)),
        wrong_form("max(0, x)", lambda v: np.maximum(v["x"], 0)),
    ),
    more_forms=with_own_beta,
    gradient="g · (s + {shown} x s (1 − s)), s = σ({shown} x)",
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
OF_BETA = Gradient("Σ g · x² s (1 − s), s = σ(β x)", named(WRONG_OF_BETA, summed))
KIND = replace(
    OF_NUMBER,
    arrangements=(*OF_NUMBER.arrangements, *LEARNED),
    gradients={**OF_NUMBER.gradients, "beta": OF_BETA},
    factors="ND",
)
