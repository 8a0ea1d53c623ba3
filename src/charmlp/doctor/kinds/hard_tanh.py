"""y = x between −1 and 1, or two bounds that are chosen; outside the nearer one. The slope is a mask."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from charmlp.doctor.checks.stability import is_finite_at_zero
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import NO_SLOPE, Form, Formula, Wrong, activation, named, wrong_form
from charmlp.doctor.parameters import is_chosen

Mask = Callable[[Array, Array, Array], Array]  # of x, y and g

WRONG: Mapping[str, Mapping[str, Mask]] = {
    "wrong-threshold": {
        "[x < 1]": lambda x, y, g: x < 1,
        "[x > −1]": lambda x, y, g: x > -1,
        "[x > 0]": lambda x, y, g: x > 0,
        "[0 < x < 1]": lambda x, y, g: (x > 0) & (x < 1),
        "[|x| < ½]": lambda x, y, g: abs(x) < 0.5,
    },
    "relu-mask.formula": {"[|x| > 1]": lambda x, y, g: abs(x) > 1},
    "wrong-mask.cotangent": {
        "[|g| < 1]": lambda x, y, g: abs(g) < 1,
        "[g > 0]": lambda x, y, g: g > 0,
    },
    "wrong-formula": {
        "1 − y²": lambda x, y, g: 1 - y**2,
        "1 − tanh²(x)": lambda x, y, g: 1 - np.tanh(x) ** 2,
        "y": lambda x, y, g: y,
        "x": lambda x, y, g: x,
        "sign(x) [|x| < 1]": lambda x, y, g: np.sign(x) * (abs(x) < 1),
    },
}


def form(low: float, high: float) -> Form:
    parameters = {"low": low, "high": high, "mask": f"[{low:.6g} < x < {high:.6g}]"}
    text = "max({low:.6g}, min({high:.6g}, x))"
    return Form(text, lambda v: np.clip(v["x"], v["low"], v["high"]), parameters=parameters)


def with_own_bounds(trial: Any) -> Iterator[Form]:
    """The bounds that forward shows, where options ask for them."""
    y = trial.canonical_output
    low, high = float(y.min()), float(y.max())
    if low < high and is_chosen(trial, low) and is_chosen(trial, high):
        yield form(low, high)


def times_upstream(mask: Mask) -> Formula:
    return lambda v, y, g: g * mask(v["x"], y, g)


KIND = activation(
    aliases=("hardtanh", "htanh"),
    forms=(
        Form(
            "max(−1, min(1, x))",
            lambda v: np.clip(v["x"], -1, 1),
            parameters={"low": -1.0, "high": 1.0, "mask": "[|x| < 1]"},
        ),
        wrong_form("max(0, min(1, x))", lambda v: np.clip(v["x"], 0, 1)),
        wrong_form("min(1, x)", lambda v: np.minimum(v["x"], 1)),
        wrong_form("max(−1, x)", lambda v: np.maximum(v["x"], -1)),
        wrong_form("sign(x)", lambda v: np.sign(v["x"])),
        wrong_form("tanh x", lambda v: np.tanh(v["x"])),
    ),
    more_forms=with_own_bounds,
    gradient="g · {mask}",
    wrong=(
        *named(WRONG, times_upstream),
        Wrong("g", NO_SLOPE.function, "relu-mask.formula"),
    ),
    straight=True,
    checks=(is_finite_at_zero,),
    compared_far_out=True,
)
