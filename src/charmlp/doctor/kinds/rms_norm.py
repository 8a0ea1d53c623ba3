"""y = γ ⊙ x̂, x̂ = x / r, r = √(mean(x²) + ε) for each row x; the gain γ may be absent.

With h = g ⊙ γ the gradients are (h − x̂ mean(h x̂)) / r for x and Σₙ g x̂ for γ.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import SQUARE, Role, X, arrange
from charmlp.doctor.functions import Array, along_columns
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, Wrong, named, wrong_form
from charmlp.doctor.parameters import only_number

GAIN = Role("gain", "D", ("gain", "gamma", "weight", "w", "g", "scale"))


def row_mean(x: Array) -> Array:
    return x.mean(1, keepdims=True)


def root(v: Variables) -> Array:
    return np.sqrt(row_mean(v["x"] ** 2) + v["epsilon"]) + v["added"]


def gain(v: Variables) -> Any:
    """γ, or 1 + γ where weights start at 0."""
    return v.get("gain", 1.0) + v.get("plus", 0.0)


def rms_norm(v: Variables) -> Array:
    return v["x"] / root(v) * gain(v)


RIGHT = "(h − x̂ mean(h x̂)) / r, h = g ⊙ γ"
RIGHT_BESIDE = "(h − x̂ mean(h x̂) r / (r − ε)) / r, h = g ⊙ γ"


def form(epsilon: float) -> Form:
    parameters = {"epsilon": epsilon, "added": 0.0, "plus": 0.0, "derivative": RIGHT}
    return Form("γ x / √(mean(x²) + {epsilon:.1g})", rms_norm, parameters=parameters)


def with_gain_from_zero(epsilon: float) -> Form:
    parameters = {**form(epsilon).parameters, "plus": 1.0}
    return Form("(1 + γ) x / √(mean(x²) + {epsilon:.1g})", rms_norm, parameters=parameters)


def with_epsilon_outside(added: float) -> Form:
    parameters = {"epsilon": 0.0, "added": added, "plus": 0.0, "derivative": RIGHT_BESIDE}
    return Form("γ x / (√(mean(x²)) + {added:.1g})", rms_norm, parameters=parameters)


def with_own_epsilon(trial: Any) -> Iterator[Form]:
    """ε below the root, or beside it; the gain as it is, or with 1 added."""
    x, y, own = trial.variables["x"], trial.canonical_output, trial.variables.get("gain")
    if x.shape != y.shape:
        return
    from_zero = None if own is None else only_number((x * (1 + own) / y) ** 2 - row_mean(x**2))
    if from_zero is not None and abs(from_zero) < 1:
        yield with_gain_from_zero(from_zero if from_zero > 1e-13 else 0.0)
    ratio = x * (1.0 if own is None else own) / y
    inside = only_number(ratio**2 - row_mean(x**2))
    added = only_number(ratio - np.sqrt(row_mean(x**2)))
    if inside is not None and abs(inside) < 1:
        yield form(inside if inside > 1e-13 else 0.0)
    if added is not None and 0 < added < 1:
        yield with_epsilon_outside(added)


WRONG: dict[str, dict[str, Callable[[Array, Array, Array, Any, Array], Array]]] = {  # x, x̂, g, γ and r
    "path-forgotten": {
        "h / r": lambda x, n, g, w, r: g * w / r,
        "−x̂ mean(h x̂) / r": lambda x, n, g, w, r: -n * row_mean(g * w * n) / r,
        "h (1 − x̂²/D) / r": lambda x, n, g, w, r: g * w * (1 - n**2 / x.shape[1]) / r,
    },
    "path-forgotten.axis": {
        "(h − x̂ mean(h x̂)) / r": lambda x, n, g, w, r: (g * w - n * along_columns(row_mean(g * w * n))) / r,
        "h/r − x mean(h x) / r³": lambda x, n, g, w, r: (
            g * w / r - x * along_columns(row_mean(g * w * n) / r**2)
        ),
    },
    "scale-forgotten": {
        "h − x̂ mean(h x̂)": lambda x, n, g, w, r: g * w - n * row_mean(g * w * n),
        "(h − x̂ mean(h x̂)) / r²": lambda x, n, g, w, r: (g * w - n * row_mean(g * w * n)) / r**2,
        "(g − x̂ mean(g x̂)) / r": lambda x, n, g, w, r: (g - n * row_mean(g * n)) / r,
    },
    "missing-mean.term": {
        "(h − x̂ Σ h x̂) / r": lambda x, n, g, w, r: (g * w - n * row_mean(g * w * n) * x.shape[1]) / r,
    },
    "sign-flipped.term": {
        "(h + x̂ mean(h x̂)) / r": lambda x, n, g, w, r: (g * w + n * row_mean(g * w * n)) / r,
    },
    "wrong-formula": {
        "(h − mean(h) − x̂ mean(h x̂)) / r": lambda x, n, g, w, r: (
            (g * w - row_mean(g * w) - n * row_mean(g * w * n)) / r
        ),
        "(h − mean(h)) / r": lambda x, n, g, w, r: (g * w - row_mean(g * w)) / r,
        "h/r − x mean(h x)": lambda x, n, g, w, r: g * w / r - x * row_mean(g * w * x),
        "h/r − x mean(h x) / r²": lambda x, n, g, w, r: g * w / r - x * row_mean(g * w * x) / r**2,
    },
    "path-forgotten.factor": {
        "(h − x̂ mean(h)) / r": lambda x, n, g, w, r: (g * w - n * row_mean(g * w)) / r,
    },
    "factor-two.edit": {
        "(h − ½ x̂ mean(h x̂)) / r": lambda x, n, g, w, r: (g * w - n * row_mean(g * w * n) / 2) / r,
        "(h − 2 x̂ mean(h x̂)) / r": lambda x, n, g, w, r: (g * w - n * row_mean(g * w * n) * 2) / r,
    },
    "wrong-variable.of-input": {
        "(h − x mean(h x)) / r": lambda x, n, g, w, r: (g * w - x * row_mean(g * w * x)) / r,
        "(h − y mean(h y)) / r": lambda x, n, g, w, r: (g * w - n * w * row_mean(g * w * n * w)) / r,
    },
}
WRONG_GAIN: dict[str, dict[str, Callable[[Array, Array, Array, Array], Array]]] = {  # x, x̂, y and g
    "wrong-variable.of-input": {
        "Σₙ g x": lambda x, n, y, g: (g * x).sum(0),
        "Σₙ g y": lambda x, n, y, g: (g * y).sum(0),
    },
    "path-forgotten.factor": {
        "Σₙ g": lambda x, n, y, g: g.sum(0),
    },
    "batch-not-summed.one-row": {"g₁ x̂₁": lambda x, n, y, g: (g * n)[0]},
}


def of_x(function: Callable[..., Array]) -> Formula:
    return lambda v, y, g: function(v["x"], v["x"] / root(v), g, gain(v), root(v))


def as_if_below(v: Variables, y: Array, g: Array) -> Array:
    """The right formula of a number below the root, where it stands beside it."""
    if not v["added"]:
        raise ValueError("nothing stands beside the root")
    h, r = g * gain(v), root(v)
    return (h - v["x"] / r * row_mean(h * v["x"] / r)) / r


def of_gain(function: Callable[..., Array]) -> Formula:
    return lambda v, y, g: function(v["x"], v["x"] / root(v), y, g)


KIND = Kind(
    aliases=("rmsnorm", "rmslayernorm", "rmsnormalization", "rmsnormalisation", "rootmeansquarenorm"),
    arrangements=(
        arrange(X, GAIN),
        arrange(X),
        arrange(GAIN, X),
        arrange((X, "single"), GAIN, output="single", N=1),
        arrange((X, "single"), output="single", N=1),
    ),
    forms=(
        form(1e-5),
        wrong_form(
            "γ x / ‖x‖",
            lambda v: v["x"] * gain(v) / np.sqrt((v["x"] ** 2).sum(1, keepdims=True)),
        ),
        wrong_form(
            "γ x / mean(x²)",
            lambda v: v["x"] * gain(v) / row_mean(v["x"] ** 2),
        ),
        wrong_form(
            {"en": "the mean of x² taken over the batch", "zh": "x² 的平均值沿批的方向取"},
            lambda v: v["x"] * gain(v) / np.sqrt((v["x"] ** 2).mean(0)),
        ),
    ),
    more_forms=with_own_epsilon,
    gradients={
        "x": Gradient(
            "{derivative}",
            (
                *named(WRONG, of_x),
                Wrong("(h − x̂ mean(h x̂)) / r", as_if_below, "path-forgotten.added"),
            ),
        ),
        "gain": Gradient(
            "Σₙ g x̂",
            named(WRONG_GAIN, of_gain),
        ),
    },
    page="normalisation-rows",
    factors="ND",
    square_sizes=SQUARE,
)
