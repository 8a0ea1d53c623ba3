"""y = tanh x, whose slope is 1 − y²."""

from numpy import tanh

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, activation, wrong_form, wrong_slopes

WRONG: Slopes = {
    "1 − x²": lambda x, y: 1 - x**2,
    "1 − y": lambda x, y: 1 - y,
    "1 − tanh²(y)": lambda x, y: 1 - tanh(y) ** 2,
    "y (1 − y)": lambda x, y: y * (1 - y),
    "x (1 − x)": lambda x, y: x * (1 - x),
    "1 + y²": lambda x, y: 1 + y**2,
    "y²": lambda x, y: y**2,
    "1 − |y|": lambda x, y: 1 - abs(y),
    "(1 − y)²": lambda x, y: (1 - y) ** 2,
    "(1 − y²)²": lambda x, y: (1 - y**2) ** 2,
    "1 + y": lambda x, y: 1 + y,
    "σ(x) (1 − σ(x))": lambda x, y: sigmoid(x) * (1 - sigmoid(x)),
    "y": lambda x, y: y,
    "y (1 − y²)": lambda x, y: y * (1 - y**2),
}

KIND = activation(
    aliases=("tanh", "hyperbolictangent"),
    forms=(
        Form("tanh x", lambda v: tanh(v["x"])),
        wrong_form("tanh(x/2)", lambda v: tanh(v["x"] / 2)),
        wrong_form("−tanh x", lambda v: -tanh(v["x"])),
        wrong_form("1 / (1 + e⁻ˣ)", lambda v: sigmoid(v["x"])),
        wrong_form("2 / (1 + e⁻ˣ)", lambda v: 2 * sigmoid(v["x"])),
    ),
    gradient="g · (1 − y²)",
    wrong=(*wrong_slopes("wrong-variable", WRONG), NO_SLOPE),
    by_output=lambda v, y: 1 - y**2,
    checks=(stays_finite, is_finite_at_zero),
    seen_through_noise=True,
)
