"""y = x tanh(log(1 + eˣ)); with t = tanh(log(1 + eˣ)) the slope is t + x (1 − t²) σ(x)."""

import numpy as np

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, activation, wrong_form, wrong_slopes


def softplus(x: Array) -> Array:
    return np.logaddexp(0, x)


def gate(x: Array) -> Array:
    return np.tanh(softplus(x))


def gate_slope(x: Array) -> Array:
    """1 − t², without the inner derivative σ(x)."""
    return 1 - gate(x) ** 2


WRONG: Slopes = {
    "t + x (1 − t²) σ(x) (1 − σ(x))": lambda x, y: gate(x) + x * gate_slope(x) * sigmoid(x) * sigmoid(-x),
    "t + x (1 − tanh²(x)) σ(x)": lambda x, y: gate(x) + x * (1 - np.tanh(x) ** 2) * sigmoid(x),
    "t + x t σ(x)": lambda x, y: gate(x) * (1 + x * sigmoid(x)),
    "1 − t²": lambda x, y: gate_slope(x),
}
ONE_PATH: Slopes = {
    "t": lambda x, y: gate(x),
    "x (1 − t²) σ(x)": lambda x, y: x * gate_slope(x) * sigmoid(x),
}
NO_FACTOR: Slopes = {
    "t + (1 − t²) σ(x)": lambda x, y: gate(x) + gate_slope(x) * sigmoid(x),
}
SIGNS: Slopes = {
    "t − x (1 − t²) σ(x)": lambda x, y: gate(x) - x * gate_slope(x) * sigmoid(x),
}
INNER: Slopes = {"t + x (1 − t²)": lambda x, y: gate(x) + x * gate_slope(x)}
OF_OUTPUT: Slopes = {
    "t + y (1 − t²) σ(y), t = tanh(log(1 + e^y))": lambda x, y: gate(y) + y * gate_slope(y) * sigmoid(y),
    "t + x (1 − y²) σ(x)": lambda x, y: gate(x) + x * (1 - y**2) * sigmoid(x),
}

KIND = activation(
    aliases=("mish",),
    forms=(
        Form("x tanh(log(1 + eˣ))", lambda v: v["x"] * gate(v["x"])),
        wrong_form("tanh(log(1 + eˣ))", lambda v: gate(v["x"])),
        wrong_form("x log(1 + eˣ)", lambda v: v["x"] * softplus(v["x"])),
        wrong_form("x tanh x", lambda v: v["x"] * np.tanh(v["x"])),
        wrong_form("x tanh(σ(x))", lambda v: v["x"] * np.tanh(sigmoid(v["x"]))),
    ),
    gradient="g · (t + x (1 − t²) σ(x)), t = tanh(log(1 + eˣ))",
    wrong=(
        *wrong_slopes("wrong-formula", WRONG),
        *wrong_slopes("path-forgotten", ONE_PATH),
        *wrong_slopes("path-forgotten.factor", NO_FACTOR),
        *wrong_slopes("sign-flipped.term", SIGNS),
        *wrong_slopes("path-forgotten", INNER),
        *wrong_slopes("wrong-variable.of-input", OF_OUTPUT),
        NO_SLOPE,
    ),
    checks=(stays_finite, is_finite_at_zero),
)
