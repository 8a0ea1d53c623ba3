"""y = x Φ(x) with the normal distribution Φ, whose slope is Φ(x) + x φ(x); and its usual approximations."""

import math

from numpy import exp, tanh

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import Array, erf, relu, sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, activation, wrong_form, wrong_slopes

ROOT = math.sqrt(2 / math.pi)


def cdf(x: Array) -> Array:
    """Φ(x), the share of a standard normal distribution below x."""
    return 0.5 * (1 + erf(x / math.sqrt(2)))


def density(x: Array) -> Array:
    """φ(x) = Φ′(x)."""
    return exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def half(x: Array) -> Array:
    """½ (1 + tanh u), by which the approximation replaces Φ(x)."""
    return 0.5 * (1 + tanh(ROOT * (x + 0.044715 * x**3)))


def half_slope(x: Array) -> Array:
    """½ (1 − tanh² u), without the inner derivative u′."""
    return 2 * half(x) * (1 - half(x))


def inner_slope(x: Array) -> Array:
    """u′ of u = √(2/π) (x + 0.044715 x³)."""
    return ROOT * (1 + 3 * 0.044715 * x**2)


def logistic_slope(x: Array) -> Array:
    q = sigmoid(1.702 * x)
    return q * (1 + 1.702 * x * (1 - q))


WRONG: Slopes = {
    "φ(x)": lambda x, y: density(x),
    "Φ(x) + x Φ(x)": lambda x, y: cdf(x) + x * cdf(x),
    "Φ(x) + x Φ(x) (1 − Φ(x))": lambda x, y: cdf(x) * (1 + x * cdf(-x)),
    "Φ(x) + x e^(−x²/2)": lambda x, y: cdf(x) + x * exp(-(x**2) / 2),
    "x Φ(x)": lambda x, y: y,
    # right for one form, and wrong for the others
    "Φ(x) + x φ(x)": lambda x, y: cdf(x) + x * density(x),
    "½ (1 + tanh u) + ½ x (1 − tanh² u) u′": lambda x, y: half(x) + x * half_slope(x) * inner_slope(x),
    "s + 1.702 x s (1 − s), s = σ(1.702 x)": lambda x, y: logistic_slope(x),
}
NO_FACTOR: Slopes = {
    "Φ(x) + φ(x)": lambda x, y: cdf(x) + density(x),
    "Φ(x) + x": lambda x, y: cdf(x) + x,
    "½ (1 + tanh u) + ½ x (1 − tanh² u), without u′": lambda x, y: half(x) + x * half_slope(x),
}
SIGNS: Slopes = {
    "Φ(x) − x φ(x)": lambda x, y: cdf(x) - x * density(x),
}
OF_OUTPUT: Slopes = {"Φ(y) + y φ(y)": lambda x, y: cdf(y) + y * density(y)}

# One of the two terms of the product rule
ONE_PATH: Slopes = {
    "Φ(x)": lambda x, y: cdf(x),
    "x φ(x)": lambda x, y: x * density(x),
    "½ (1 + tanh u)": lambda x, y: half(x),
    "½ x (1 − tanh² u) u′": lambda x, y: x * half_slope(x) * inner_slope(x),
}

KIND = activation(
    aliases=("gelu", "gelutanh", "tanhgelu", "gaussianerrorlinearunit"),
    forms=(
        Form("x Φ(x)", lambda v: v["x"] * cdf(v["x"]), parameters={"derivative": "(Φ(x) + x φ(x))"}),
        Form(
            "½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³)",
            lambda v: v["x"] * half(v["x"]),
            parameters={"derivative": "(½ (1 + tanh u) + ½ x (1 − tanh² u) u′)"},
        ),
        Form(
            "x σ(1.702 x)",
            lambda v: v["x"] * sigmoid(1.702 * v["x"]),
            parameters={"derivative": "(s + 1.702 x s (1 − s)), s = σ(1.702 x)"},
        ),
        wrong_form("Φ(x)", lambda v: cdf(v["x"])),
        wrong_form("x Φ(−x)", lambda v: v["x"] * cdf(-v["x"])),
        wrong_form("x φ(x)", lambda v: v["x"] * density(v["x"])),
        wrong_form("x tanh u, without ½ (1 + …)", lambda v: v["x"] * (2 * half(v["x"]) - 1)),
        wrong_form("max(0, x)", lambda v: relu(v["x"])),
    ),
    gradient="g · {derivative}",
    wrong=(
        *wrong_slopes("path-forgotten", ONE_PATH),
        *wrong_slopes("wrong-formula", WRONG),
        *wrong_slopes("path-forgotten.factor", NO_FACTOR),
        *wrong_slopes("sign-flipped.term", SIGNS),
        *wrong_slopes("wrong-variable.of-input", OF_OUTPUT),
        NO_SLOPE,
    ),
    checks=(stays_finite, is_finite_at_zero),
)
