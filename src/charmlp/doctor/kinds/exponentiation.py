"""y = xⁿ with a fixed exponent n, which is 2 or whatever forward shows; the slope is n xⁿ⁻¹."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.kind import NO_SLOPE, Form, Variables, Wrong, activation
from charmlp.doctor.parameters import is_short, only_number


def power(v: Variables) -> Array:
    return np.asarray(v["x"] ** v["n"])


def form(exponent: float) -> Form:
    n = int(exponent) if exponent == int(exponent) else exponent
    return Form("x^{n:.6g}", power, parameters={"n": n, "less": n - 1})


def with_own_exponent(trial: Any) -> Iterator[Form]:
    """n from log |y| / log |x|: a whole number, as x has both signs."""
    x, y = trial.variables["x"], trial.canonical_output
    if x.shape != y.shape or not y.all():
        return
    exponent = only_number(np.log(abs(y)) / np.log(abs(x)))
    if exponent is not None and is_short(exponent) and exponent == int(exponent) not in (0, 1, 2):
        yield form(exponent)


KIND = activation(
    aliases=("pow", "power", "square", "cube", "exponentiation"),
    forms=(form(2), form(3)),
    more_forms=with_own_exponent,
    gradient="g · {n:.6g} x^{less:.6g}",
    wrong=(
        Wrong("g · {n:.6g} x^{n:.6g}", lambda v, y, g: g * v["n"] * y),
        Wrong("g · n x", lambda v, y, g: g * v["n"] * v["x"]),
        Wrong("g · n xⁿ log x", lambda v, y, g: g * y * np.log(abs(v["x"]))),
        Wrong("g · n y^(n−1)", lambda v, y, g: g * v["n"] * y ** v["less"]),
        Wrong("g · xⁿ⁻²", lambda v, y, g: g * y / v["x"] ** 2),
        Wrong("g · n |x|^{less:.6g}", lambda v, y, g: g * v["n"] * abs(v["x"]) ** v["less"]),
        NO_SLOPE,
    ),
)
