"""y = log x of positive numbers, whose slope is 1/x."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Role, X, arrange, random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import NO_SLOPE, Form, Gradient, Kind, Slopes, wrong_form, wrong_slopes


def positive(shape: Sequence[int], generator: Any) -> Array:
    return abs(random_numbers(shape, generator))


POSITIVE = Role("x", "ND", X.called, values=positive)
WRONG: Slopes = {
    "x": lambda x, y: x,
    "1 / x²": lambda x, y: 1 / x**2,
    "eˣ": lambda x, y: np.exp(x),
    "log x": lambda x, y: y,
    "1 / log x": lambda x, y: 1 / y,
    "1 / (x log x)": lambda x, y: 1 / (x * y),
    "1 / (1 + x)": lambda x, y: 1 / (1 + x),
}

KIND = Kind(
    aliases=("log", "logarithm", "naturallogarithm"),
    arrangements=(
        arrange(POSITIVE),
        arrange((POSITIVE, "flat"), output="flat", D=1),
        arrange(Role("x", "", X.called, values=positive)),
    ),
    forms=(
        Form("log x", lambda v: np.log(v["x"])),
        wrong_form("log₂ x", lambda v: np.log2(v["x"])),
        wrong_form("log₁₀ x", lambda v: np.log10(v["x"])),
        wrong_form("log(1 + x)", lambda v: np.log1p(v["x"])),
    ),
    gradients={"x": Gradient("g / x", (*wrong_slopes("wrong-formula", WRONG), NO_SLOPE))},
    page="chain",
)
