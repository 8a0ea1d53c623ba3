"""y = σ(x) = 1 / (1 + e⁻ˣ), whose slope is y (1 − y)."""

from numpy import exp, tanh

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, activation, wrong_form, wrong_slopes

WRONG: Slopes = {
    "x (1 − x)": lambda x, y: x * (1 - x),
    "σ(y) (1 − σ(y))": lambda x, y: sigmoid(y) * (1 - sigmoid(y)),
    "y": lambda x, y: y,
    "1 − y": lambda x, y: 1 - y,
    "1 − y²": lambda x, y: 1 - y**2,
    "y (1 + y)": lambda x, y: y * (1 + y),
    "y (1 − y²)": lambda x, y: y * (1 - y**2),
    "y²": lambda x, y: y**2,
    "y² (1 − y)": lambda x, y: y**2 * (1 - y),
    "y² (1 − y)²": lambda x, y: y**2 * (1 - y) ** 2,
    "(1 − y)²": lambda x, y: (1 - y) ** 2,
    "x (1 − y)": lambda x, y: x * (1 - y),
    "y (1 − x)": lambda x, y: y * (1 - x),
    "e⁻ˣ": lambda x, y: exp(-x),
}

KIND = activation(
    aliases=("sigmoid", "logistic", "logisticsigmoid"),
    forms=(
        Form("1 / (1 + e⁻ˣ)", lambda v: sigmoid(v["x"])),
        wrong_form("1 / (1 + eˣ)", lambda v: sigmoid(-v["x"])),
        wrong_form("tanh x", lambda v: tanh(v["x"])),
    ),
    gradient="g · y (1 − y)",
    wrong=(*wrong_slopes("wrong-variable", WRONG), NO_SLOPE),
    by_output=lambda v, y: y * (1 - y),
    checks=(stays_finite, is_finite_at_zero),
    seen_through_noise=True,
)
