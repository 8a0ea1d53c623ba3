"""y = x where x > 0, else α (eˣ − 1), with a slope of α eˣ = y + α; α is 1 or whatever forward shows."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import NO_SLOPE, Form, Formula, Variables, Wrong, activation, named, wrong_form
from charmlp.doctor.parameters import is_chosen, only_number

Left = Callable[[Variables, Array], Array]


def negative(x: Array) -> Array:
    """x where it is negative, else 0, so that no eˣ overflows."""
    return np.minimum(x, 0)


def elu(v: Variables) -> Array:
    x = v["x"]
    return v["scale"] * np.where(x > 0, x, v["alpha"] * np.expm1(negative(x)))


def form(alpha: float) -> Form:
    derivative = f"([x > 0] + {alpha:.6g} eˣ [x ≤ 0])"
    parameters = {"alpha": alpha, "scale": 1.0, "derivative": derivative}
    return Form("x [x > 0] + {alpha:.6g} (eˣ − 1) [x ≤ 0]", elu, parameters=parameters)


def with_own_alpha(trial: Any) -> Iterator[Form]:
    """α as forward shows it; below 0 where an option asks for that."""
    x, y = trial.variables["x"], trial.canonical_output
    if x.shape == y.shape:
        alpha = only_number((y / np.expm1(x))[x < 0])
        if alpha is not None and (alpha > 0 or is_chosen(trial, alpha)):
            yield form(alpha)


def on_the_left(left: Left) -> Formula:
    """g times a slope where x ≤ 0; where x > 0 it is the right one."""
    return lambda v, y, g: g * np.where(v["x"] > 0, v["scale"], left(v, y))


def exponential(v: Variables, y: Array) -> Array:
    return v["scale"] * v["alpha"] * np.exp(negative(v["x"]))


# Slopes that are wrong on the left, for `selu` as well
LEFT: Mapping[str, Mapping[str, Left]] = {
    "scale-forgotten": {
        "[x > 0] + eˣ [x ≤ 0]": lambda v, y: v["scale"] * np.exp(negative(v["x"])),
        "[x > 0] + (y + 1) [x ≤ 0]": lambda v, y: y + v["scale"],
    },
    "wrong-formula": {
        "[x > 0] + y [x ≤ 0]": lambda v, y: y,
        "[x > 0] + α x eˣ⁻¹ [x ≤ 0]": lambda v, y: v["x"] * exponential(v, y) / np.e,
    },
    "sign-flipped.term": {
        "[x > 0] − α eˣ [x ≤ 0]": lambda v, y: -exponential(v, y),
        "[x > 0] + (y − α) [x ≤ 0]": lambda v, y: y - v["scale"] * v["alpha"],
    },
    "relu-mask.formula": {
        "[x > 0] + α [x ≤ 0]": lambda v, y: v["scale"] * v["alpha"] + 0 * y,
        "[x > 0]": lambda v, y: 0 * y,
    },
    "wrong-variable.of-input": {
        "[x > 0] + α e^y [x ≤ 0]": lambda v, y: v["scale"] * v["alpha"] * np.exp(negative(y)),
        "[x > 0] + (x + α) [x ≤ 0]": lambda v, y: v["x"] + v["scale"] * v["alpha"],
    },
}
WRONG = (
    *named(LEFT, on_the_left),
    Wrong("g · α eˣ", lambda v, y, g: g * v["scale"] * v["alpha"] * np.exp(v["x"]), "relu-mask.formula"),
    Wrong("g · y", lambda v, y, g: g * y),
    Wrong(
        "g · (α eˣ [x > 0] + [x ≤ 0])",
        lambda v, y, g: g * v["scale"] * np.where(v["x"] > 0, v["alpha"] * np.exp(v["x"]), 1),
        "relu-mask.formula",
    ),
    Wrong(
        "g [g > 0] + α eˣ g [g ≤ 0]",
        lambda v, y, g: g * np.where(g > 0, v["scale"], exponential(v, y)),
        "wrong-mask.cotangent",
    ),
    Wrong("g", NO_SLOPE.function, "relu-mask.formula"),
)

KIND = activation(
    aliases=("elu", "exponentiallinear", "exponentiallinearunit"),
    forms=(
        form(1.0),
        wrong_form(
            "x [x > 0] + eˣ [x ≤ 0]", lambda v: np.asarray(np.where(v["x"] > 0, v["x"], np.exp(v["x"])))
        ),
        wrong_form("eˣ − 1", lambda v: np.expm1(v["x"])),
        wrong_form("max(0, x)", lambda v: np.maximum(v["x"], 0)),
    ),
    more_forms=with_own_alpha,
    gradient="g · {derivative}",
    wrong=WRONG,
    by_output=lambda v, y: np.where(y > 0, 1, y + v["alpha"]),
    checks=(stays_finite, is_finite_at_zero),
    compared_far_out=True,
)
