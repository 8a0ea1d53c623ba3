"""Batch and layer norm, which differ in the axis alone: y = γ x̂ + β, x̂ = (x − μ) / s, s = √(variance + ε).

With h = g γ the gradients are (h − mean(h) − x̂ mean(h x̂)) / s for x, the sums of g x̂ for γ and of g for β
(Ioffe and Szegedy 2015, arXiv:1502.03167, section 3, with the three paths to x gathered).
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import SQUARE, Arrangement, Role, X, arrange
from charmlp.doctor.functions import Array, along_columns
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, Wrong, named, wrong_form
from charmlp.doctor.parameters import only_number

GAIN = Role("gain", "D", ("gain", "gamma", "weight", "w", "scale"))
SHIFT = Role("shift", "D", ("shift", "beta", "bias", "b"))
RIGHT = "(h − mean(h) − x̂ mean(h x̂)) / s, h = g γ"
RIGHT_BESIDE = "(h − mean(h) − x̂ mean(h x̂) s / (s − ε)) / s, h = g γ"
Parts = Callable[[Array, Array, Array, Array, Callable[[Array], Array]], Array]  # h, x̂, s, x, and the mean


def arrangements(rows: int) -> Iterator[Arrangement]:
    """Vectors or rows of γ and β, columns for samples in columns, pictures of channels, and neither."""
    for form in ("plain", "row"):
        yield arrange(X, (GAIN, form), (SHIFT, form))
    yield arrange((X, "transposed"), (GAIN, "column"), (SHIFT, "column"), output="transposed")
    yield arrange((X, "channels"), GAIN, SHIFT, output="channels", N=rows)
    yield arrange(X)


def of_axis(axis: int, text: str, aliases: tuple[str, ...], rows: int) -> Kind:
    """The kind that takes mean and variance along this axis of x: N×D."""

    def mean(x: Array) -> Array:
        return x.mean(axis, keepdims=True)

    def deviation(v: Variables) -> Array:
        return np.sqrt(mean((v["x"] - mean(v["x"])) ** 2) + v["epsilon"]) + v["added"]

    def scaled(v: Variables, normal: Array) -> Array:
        return normal * v.get("gain", 1.0) + v.get("shift", 0.0)

    def normalised(v: Variables) -> Array:
        return (v["x"] - mean(v["x"])) / deviation(v)

    def form(epsilon: float = 0.0, added: float = 0.0) -> Form:
        parameters = {"epsilon": epsilon, "added": added, "derivative": RIGHT_BESIDE if added else RIGHT}
        written = text.replace("√(σ² + ε)", "(σ + ε)") if added else text
        return Form(written, lambda v: scaled(v, normalised(v)), parameters=parameters)

    def with_own_epsilon(trial: Any) -> Iterator[Form]:
        """ε below the root, or beside it, read off the ratio of what goes in and comes out."""
        v = trial.variables
        x, y = v["x"], trial.canonical_output
        if x.shape != y.shape:
            return
        ratio = (x - mean(x)) * v.get("gain", 1.0) / (y - v.get("shift", 0.0))
        variance = mean((x - mean(x)) ** 2)
        epsilon, added = only_number(ratio**2 - variance), only_number(ratio - np.sqrt(variance))
        if epsilon is not None and abs(epsilon) < 1:
            yield form(epsilon if epsilon > 1e-13 else 0.0)
        if added is not None and 0 < added < 1:
            yield form(added=added)

    def of_input(part: Parts) -> Formula:
        def formula(v: Variables, y: Array, g: Array) -> Array:
            return part(g * v.get("gain", 1.0), normalised(v), deviation(v), g, mean)

        return formula

    def as_if_below(v: Variables, y: Array, g: Array) -> Array:
        """The right formula of an ε below the root, where it stands beside it."""
        if not v["added"]:
            raise ValueError("nothing stands beside the root")
        h, n = g * v.get("gain", 1.0), normalised(v)
        return (h - mean(h) - n * mean(h * n)) / deviation(v)

    def without_gain(v: Variables, y: Array, g: Array) -> Array:
        if "gain" not in v:
            raise ValueError("there is no γ to forget")
        n = normalised(v)
        return (g - mean(g) - n * mean(g * n)) / deviation(v)

    def along(numbers: Array) -> Array:
        """Rows' numbers spread along the columns; those of columns are there already."""
        if axis == 0:
            raise ValueError("one number a column is spread rightly")
        return along_columns(numbers)

    count = {0: "N", 1: "D"}[axis]
    wrong_of_input: dict[str, dict[str, Parts]] = {
        "path-forgotten.both": {"h / s": lambda h, n, s, g, mean: h / s},
        "path-forgotten.mean": {"(h − x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (h - n * mean(h * n)) / s},
        "path-forgotten.variance": {"(h − mean(h)) / s": lambda h, n, s, g, mean: (h - mean(h)) / s},
        "path-forgotten.axis": {
            "(h − mean(h) − x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (
                (h - along(mean(h)) - n * along(mean(h * n))) / s
            ),
            "(h − mean(h) − x̂ mean(h x̂)) / s, mean(h x̂) along the columns": lambda h, n, s, g, mean: (
                (h - mean(h) - n * along(mean(h * n))) / s
            ),
            "(h − mean(h) − x̂ mean(h x̂)) / s, mean(h) along the columns": lambda h, n, s, g, mean: (
                (h - along(mean(h)) - n * mean(h * n)) / s
            ),
        },
        "path-forgotten": {
            "−(mean(h) + x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: -(mean(h) + n * mean(h * n)) / s,
            "−x̂ mean(h x̂) / s": lambda h, n, s, g, mean: -n * mean(h * n) / s,
        },
        "scale-forgotten": {
            "h − mean(h) − x̂ mean(h x̂), without 1/s": lambda h, n, s, g, mean: h - mean(h) - n * mean(h * n),
            "(h − mean(h) − x̂ mean(h x̂)) / s²": lambda h, n, s, g, mean: (
                (h - mean(h) - n * mean(h * n)) / s**2
            ),
            "(h − mean(h) − x̂ mean(h x̂)) √s": lambda h, n, s, g, mean: (
                (h - mean(h) - n * mean(h * n)) / np.sqrt(s)
            ),
        },
        "missing-mean.term": {
            "(h − Σ h − x̂ Σ h x̂) / s": lambda h, n, s, g, mean: (
                (h - h.shape[axis] * (mean(h) + n * mean(h * n))) / s
            ),
            "(h − mean(h) − x̂ Σ h x̂) / s": lambda h, n, s, g, mean: (
                (h - mean(h) - n * mean(h * n) * h.shape[axis]) / s
            ),
            "(h − Σ h − x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (
                (h - mean(h) * h.shape[axis] - n * mean(h * n)) / s
            ),
        },
        "sign-flipped.term": {
            "(h − mean(h) + x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (h - mean(h) + n * mean(h * n)) / s,
            "(h + mean(h) − x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (h + mean(h) - n * mean(h * n)) / s,
            "(h + mean(h) + x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (h + mean(h) + n * mean(h * n)) / s,
        },
        "factor-two.edit": {
            "(h − mean(h) − ½ x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (
                (h - mean(h) - n * mean(h * n) / 2) / s
            ),
            "(h − mean(h) − 2 x̂ mean(h x̂)) / s": lambda h, n, s, g, mean: (
                (h - mean(h) - n * mean(h * n) * 2) / s
            ),
        },
        "path-forgotten.factor": {
            "(h − mean(h) − mean(h x̂)) / s": lambda h, n, s, g, mean: (h - mean(h) - mean(h * n)) / s,
        },
        "wrong-formula": {
            f"the variance divided by {count} − 1": lambda h, n, s, g, mean: (
                (h - mean(h) - n * mean(h * n) * h.shape[axis] / (h.shape[axis] - 1)) / s
            ),
            "mean and variance along the other axis": lambda h, n, s, g, mean: (
                (h - h.mean(1 - axis, keepdims=True) - n * (h * n).mean(1 - axis, keepdims=True)) / s
            ),
        },
    }

    def of_gain(part: Callable[[Variables, Array], Array]) -> Formula:
        return lambda v, y, g: part(v, g)

    gains: dict[str, dict[str, Callable[[Variables, Array], Array]]] = {
        "wrong-variable.edit": {
            "Σₙ g x": lambda v, g: (g * v["x"]).sum(0),
            "Σₙ g (x − μ)": lambda v, g: (g * (v["x"] - mean(v["x"]))).sum(0),
            "Σₙ g y": lambda v, g: (g * scaled(v, normalised(v))).sum(0),
        },
        "wrong-formula": {
            "Σₙ g γ x̂": lambda v, g: (g * normalised(v) * v["gain"]).sum(0),
        },
        "path-forgotten.factor": {
            "Σₙ g": lambda v, g: g.sum(0),
        },
        "scale-forgotten": {"Σₙ g x̂ / s": lambda v, g: (g * normalised(v) / deviation(v)).sum(0)},
    }
    shifts: dict[str, dict[str, Callable[[Variables, Array], Array]]] = {
        "wrong-formula": {
            "Σₙ g γ": lambda v, g: (g * v["gain"]).sum(0),
            "Σₙ g x̂": lambda v, g: (g * normalised(v)).sum(0),
        }
    }
    return Kind(
        aliases=aliases,
        arrangements=tuple(arrangements(rows)),
        forms=(
            form(1e-5),
            wrong_form("(x − μ) / s², the variance without its root", lambda v: (
                scaled(v, normalised(v) / deviation(v))
            )),
            wrong_form("x / s, the mean not subtracted", lambda v: scaled(v, v["x"] / deviation(v))),
        ),
        more_forms=with_own_epsilon,
        gradients={
            "x": Gradient(
                "{derivative}",
                (
                    *named(wrong_of_input, of_input),
                    Wrong("(g − mean(g) − x̂ mean(g x̂)) / s, without γ", without_gain, "scale-forgotten"),
                    Wrong("(h − mean(h) − x̂ mean(h x̂)) / s", as_if_below, "path-forgotten.added"),
                ),
            ),
            "gain": Gradient("Σₙ g x̂", named(gains, of_gain)),
            "shift": Gradient("Σₙ g", named(shifts, of_gain)),
        },
        page="normalisation",
        factors="ND",
        square_sizes=SQUARE if axis else (),
        try_all=True,
    )  # fmt: skip
