"""y = eˣ, which is its own slope."""

import numpy as np

from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, activation, wrong_form, wrong_slopes

WRONG: Slopes = {
    "x eˣ⁻¹": lambda x, y: x * np.exp(x - 1),
    "x eˣ": lambda x, y: x * y,
    "e⁻ˣ": lambda x, y: np.exp(-x),
    "y²": lambda x, y: y**2,
    "y (1 − y)": lambda x, y: y * (1 - y),
}
OF_OUTPUT: Slopes = {"e^y": lambda x, y: np.exp(y), "x": lambda x, y: x}

KIND = activation(
    aliases=("exp", "exponential"),
    forms=(
        Form("eˣ", lambda v: np.exp(v["x"])),
        wrong_form("2ˣ", lambda v: 2 ** v["x"]),
        wrong_form("e⁻ˣ", lambda v: np.exp(-v["x"])),
        wrong_form("eˣ − 1", lambda v: np.expm1(v["x"])),
    ),
    gradient="g · y",
    wrong=(
        *wrong_slopes("wrong-formula", WRONG),
        *wrong_slopes("wrong-variable.of-input", OF_OUTPUT),
        NO_SLOPE,
    ),
)
