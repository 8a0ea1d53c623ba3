"""y = x σ(x), also called swish, whose slope is σ(x) (1 + x (1 − σ(x)))."""

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.functions import relu, sigmoid
from charmlp.doctor.kind import NO_SLOPE, Form, Slopes, activation, wrong_form, wrong_slopes

WRONG: Slopes = {
    "σ(x) (1 − σ(x))": lambda x, y: sigmoid(x) * sigmoid(-x),
    "σ(x) (1 + x σ(x))": lambda x, y: sigmoid(x) * (1 + x * sigmoid(x)),
    "x σ(x)": lambda x, y: y,
}
NO_FACTOR: Slopes = {
    "σ(x) + σ(x) (1 − σ(x))": lambda x, y: sigmoid(x) * (1 + sigmoid(-x)),
    "σ(x) (1 + x)": lambda x, y: sigmoid(x) * (1 + x),
    "1 + x (1 − σ(x))": lambda x, y: 1 + x * sigmoid(-x),
    "σ(x) + x (1 − σ(x))": lambda x, y: sigmoid(x) + x * sigmoid(-x),
}
SIGNS: Slopes = {
    "σ(x) (1 − x (1 − σ(x)))": lambda x, y: sigmoid(x) * (1 - x * sigmoid(-x)),
}
OF_OUTPUT: Slopes = {
    "σ(y) (1 + y (1 − σ(y)))": lambda x, y: sigmoid(y) * (1 + y * sigmoid(-y)),
    "σ(y) (1 − σ(y))": lambda x, y: sigmoid(y) * sigmoid(-y),
    "y (1 − y)": lambda x, y: y * (1 - y),
    "y + y (1 − y)": lambda x, y: y + y * (1 - y),
    "y + σ(y) (1 − y)": lambda x, y: y + sigmoid(y) * (1 - y),
    "σ(x) (1 + y (1 − σ(x)))": lambda x, y: sigmoid(x) * (1 + y * sigmoid(-x)),
}

# One of the two terms of the product rule
ONE_PATH: Slopes = {
    "σ(x)": lambda x, y: sigmoid(x),
    "x σ(x) (1 − σ(x))": lambda x, y: x * sigmoid(x) * sigmoid(-x),
}

KIND = activation(
    aliases=("silu", "sigmoidlinearunit", "sigmoidweightedlinearunit"),
    forms=(
        Form("x σ(x)", lambda v: v["x"] * sigmoid(v["x"])),
        wrong_form("σ(x)", lambda v: sigmoid(v["x"])),
        wrong_form("x σ(−x)", lambda v: v["x"] * sigmoid(-v["x"])),
        wrong_form("x σ(x)²", lambda v: v["x"] * sigmoid(v["x"]) ** 2),
        wrong_form("max(0, x)", lambda v: relu(v["x"])),
    ),
    gradient="g · σ(x) (1 + x (1 − σ(x)))",
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
