"""y = x / ‖x‖ for each row x; the gradient is (g − y Σ g y) / ‖x‖, the part of g at right angles to y."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import SQUARE, X, arrange
from charmlp.doctor.functions import Array, along_columns
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, Wrong, named, wrong_form
from charmlp.doctor.parameters import only_number


def row_sum(x: Array) -> Array:
    return x.sum(1, keepdims=True)


def norm(x: Array) -> Array:
    return np.sqrt(row_sum(x**2))


def divisor(v: Variables) -> Array:
    return np.sqrt(row_sum(v["x"] ** 2) + v["epsilon"]) + v["added"]


def normalised(v: Variables) -> Array:
    return v["x"] / divisor(v)


RIGHT = "(g − y Σ g y) / ‖x‖"


def with_epsilon(epsilon: float) -> Form:
    parameters = {"epsilon": epsilon, "added": 0.0, "derivative": RIGHT}
    return Form("x / √(Σ x² + {epsilon:.1g})" if epsilon else "x / ‖x‖", normalised, parameters=parameters)


def form(added: float) -> Form:
    """With a number beside the norm."""
    derivative = f"(g − y (Σ g y) r / ‖x‖) / r, r = ‖x‖ + {added:.1g}"
    parameters = {"epsilon": 0.0, "added": added, "derivative": derivative}
    return Form("x / (‖x‖ + {added:.1g})", normalised, parameters=parameters)


def with_own_epsilon(trial: Any) -> Iterator[Form]:
    """A small number below the root, √(Σ x² + ε), or beside it, ‖x‖ + ε."""
    x, y = trial.variables["x"], trial.canonical_output
    if x.shape != y.shape:
        return
    ratio = x / y
    inside, added = only_number(ratio**2 - row_sum(x**2)), only_number(ratio - norm(x))
    if inside is not None and 0 < inside < 1:
        yield with_epsilon(inside)
    if added is not None and 0 < added < 1:
        yield form(added)


Backward = Callable[[Array, Array, Array, Array], Array]
WRONG: dict[str, dict[str, Backward]] = {  # of x, y, g and what x is divided by
    "path-forgotten": {
        "g / ‖x‖": lambda x, y, g, r: g / r,
        "−y (Σ g y) / ‖x‖": lambda x, y, g, r: -y * row_sum(g * y) / r,
        "g (1 − y²) / ‖x‖": lambda x, y, g, r: g * (1 - y**2) / r,
    },
    "path-forgotten.axis": {
        "(g − y Σ g y) / ‖x‖": lambda x, y, g, r: (g - y * along_columns(row_sum(g * y))) / r,
        "g / ‖x‖ − x (Σ g y) / ‖x‖²": lambda x, y, g, r: g / r - y * along_columns(row_sum(g * y) / r),
    },
    "scale-forgotten": {
        "g − y Σ g y": lambda x, y, g, r: g - y * row_sum(g * y),
        "(g − y Σ g y) / ‖x‖²": lambda x, y, g, r: (g - y * row_sum(g * y)) / r**2,
        "(g − y Σ g y) ‖x‖": lambda x, y, g, r: (g - y * row_sum(g * y)) * r,
    },
    "path-forgotten.factor": {
        "g": lambda x, y, g, r: g,
        "(g − Σ g y) / ‖x‖": lambda x, y, g, r: (g - row_sum(g * y)) / r,
        "(g − y Σ g) / ‖x‖": lambda x, y, g, r: (g - y * row_sum(g)) / r,
        "g/‖x‖ − x (Σ g x) / ‖x‖²": lambda x, y, g, r: g / r - x * row_sum(g * x) / r**2,
        "g/‖x‖ − x Σ g x": lambda x, y, g, r: g / r - x * row_sum(g * x),
    },
    "sign-flipped.term": {
        "(g + y Σ g y) / ‖x‖": lambda x, y, g, r: (g + y * row_sum(g * y)) / r,
    },
    "wrong-formula": {
        "(g − y · mean(g y)) / ‖x‖": lambda x, y, g, r: (g - y * row_sum(g * y) / x.shape[1]) / r,
        "(g − y Σₙ gₙ yₙ) / ‖x‖": lambda x, y, g, r: (g - y * (g * y).sum(0)) / r,
        "(g − y Σₙₖ gₙₖ yₙₖ) / ‖x‖": lambda x, y, g, r: (g - y * (g * y).sum()) / r,
    },
    "wrong-variable.of-input": {
        "(g − x Σ g x) / ‖x‖": lambda x, y, g, r: (g - x * row_sum(g * x)) / r,
    },
}


def formula(function: Backward) -> Formula:
    return lambda v, y, g: function(v["x"], y, g, divisor(v))


def as_if_below(v: Variables, y: Array, g: Array) -> Array:
    """The right formula of a number below the root, where it stands beside it."""
    if not v["added"]:
        raise ValueError("nothing stands beside the norm")
    return (g - y * row_sum(g * y)) / divisor(v)


KIND = Kind(
    aliases=(
        "l2normalize", "l2normalise", "l2norm", "l2normalization", "unitnorm", "normalizerows",
    ),
    arrangements=(
        arrange(X),
        arrange((X, "transposed"), output="transposed"),
        arrange((X, "single"), output="single", N=1),
    ),
    forms=(
        with_epsilon(0.0),
        wrong_form("x / Σ x²", lambda v: v["x"] / row_sum(v["x"] ** 2)),
        wrong_form("x / Σ |x|", lambda v: v["x"] / row_sum(abs(v["x"]))),
        wrong_form(
            {"en": "x / ‖x‖ with the norm of the whole array", "zh": "除以的是整个数组的范数"},
            lambda v: v["x"] / np.sqrt((v["x"] ** 2).sum()),
        ),
    ),
    more_forms=with_own_epsilon,
    gradients={
        "x": Gradient(
            "{derivative}",
            (
                *named(WRONG, formula),
                Wrong("(g − y Σ g y) / r", as_if_below, "path-forgotten.added"),
            ),
        )
    },
    page="normalisation-rows",
    factors="ND",
    square_sizes=SQUARE,
    try_all=True,
)  # fmt: skip
