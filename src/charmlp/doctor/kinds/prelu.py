"""y = x where x > 0, a x elsewhere; the slope a is learned: one number, or one a channel (column)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Role, X, arrange, random_numbers
from charmlp.doctor.checks.explanation import words_of_meant
from charmlp.doctor.checks.stability import gradient_at, is_finite_at_zero
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, Wrong, wrong_form
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import SetUp

CALLED = ("a", "alpha", "slope", "weight", "w", "negative_slope")


def small(shape: Sequence[int], generator: Any) -> Array:
    """Slopes from 0.05 to 0.5."""
    return abs(random_numbers(shape, generator)) / 4


BY_CHANNEL, ONE, NUMBER = (Role("slope", shape, CALLED, values=small) for shape in ("D", "A", ""))


def prelu(v: Variables) -> Array:
    return np.where(v["x"] > 0, v["x"], v["slope"] * v["x"])


def summed(elements: Callable[[Array, Array, Array], Array]) -> Formula:
    """A gradient of the slope: elements of x, y and g, summed over all that share a slope."""

    def formula(v: Variables, y: Array, g: Array) -> Array:
        shape = np.shape(v["slope"])
        total = elements(v["x"], y, g)
        return total.sum(0) if shape == total.shape[1:] and total.ndim == 2 else total.sum().reshape(shape)

    return formula


def masks_by_input(setup: SetUp) -> list[Finding]:
    """With slopes below 0, which a learned one may reach, the output's sign is not the input's."""
    trial = setup.first
    seen = setup.observations
    if not seen or not seen[0].is_right(trial.position_of("x")):
        return []
    other = trial.with_values(trial.values_with("slope", -trial.variables["slope"]))
    try:
        gradient = gradient_at(other, "x")
    except Exception:
        return []
    slope = other.arrangement.variables(other.values)["slope"]
    right = np.where(trial.variables["x"] > 0, 1.0, slope)
    position = trial.position_of("x")
    expected = trial.arrangement.slots[position].actual(right)
    if gradient is None or gradient.shape != expected.shape or np.allclose(gradient, expected):
        return []
    wrong = float((~np.isclose(gradient, expected)).mean())
    meant = words_of_meant(trial, position)
    return [finding("wrong-mask.other", phrase("negative-slope", wrong=f"{wrong:.0%}"), at=position, **meant)]


KIND = Kind(
    aliases=("prelu", "parametricrelu", "parametricleakyrelu"),
    arrangements=(
        arrange(X, ONE, A=1),
        arrange(X, BY_CHANNEL, second=True),
        arrange(X, NUMBER, second=True),
        arrange((X, "flat"), ONE, output="flat", D=1, A=1),
        arrange((X, "flat"), NUMBER, output="flat", D=1),
    ),
    forms=(
        Form("x [x > 0] + a x [x ≤ 0]", prelu),
        wrong_form("max(0, x)", lambda v: np.maximum(v["x"], 0)),
        wrong_form("a x", lambda v: v["slope"] * v["x"]),
        wrong_form("a x [x > 0] + x [x ≤ 0]", lambda v: np.where(v["x"] > 0, v["slope"], 1) * v["x"]),
        wrong_form("x [x > 0] − a x [x ≤ 0]", lambda v: prelu({**v, "slope": -v["slope"]})),
    ),
    gradients={
        "x": Gradient(
            "g · ([x > 0] + a [x ≤ 0])",
            (
                Wrong("g", lambda v, y, g: g, "relu-mask.formula"),
                Wrong("g · [x > 0]", lambda v, y, g: g * (v["x"] > 0), "path-forgotten"),
                Wrong("g · a", lambda v, y, g: g * v["slope"], "relu-mask.formula"),
                Wrong("g · a [x ≤ 0]", lambda v, y, g: g * v["slope"] * (v["x"] <= 0), "path-forgotten"),
                Wrong(
                    "g · (a [x > 0] + [x ≤ 0])",
                    lambda v, y, g: g * np.where(v["x"] > 0, v["slope"], 1),
                    "relu-mask.formula",
                ),
                Wrong(
                    "g · ([x > 0] − a [x ≤ 0])",
                    lambda v, y, g: g * np.where(v["x"] > 0, 1, -v["slope"]),
                    "sign-flipped.term",
                ),
                Wrong(
                    "g [g > 0] + a g [g ≤ 0]",
                    lambda v, y, g: g * np.where(g > 0, 1, v["slope"]),
                    "wrong-mask.cotangent",
                ),
                Wrong("g · y", lambda v, y, g: g * y),
            ),
        ),
        "slope": Gradient(
            "Σ g · x [x ≤ 0]",
            (
                Wrong("Σ g · x", summed(lambda x, y, g: g * x), "wrong-mask.formula"),
                Wrong("Σ g · x [x > 0]", summed(lambda x, y, g: g * x * (x > 0)), "wrong-mask.formula"),
                Wrong("Σ g · x [g ≤ 0]", summed(lambda x, y, g: g * x * (g <= 0)), "wrong-mask.cotangent"),
                Wrong("Σ g [x ≤ 0]", summed(lambda x, y, g: g * (x <= 0)), "path-forgotten.factor"),
                Wrong("Σ g", summed(lambda x, y, g: g)),
                Wrong("Σ g · y [x ≤ 0]", summed(lambda x, y, g: g * y * (x <= 0)), "wrong-variable"),
                Wrong("Σ g · y", summed(lambda x, y, g: g * y)),
            ),
        ),
    },
    page="activations",
    factors="ND",
    checks=(is_finite_at_zero, masks_by_input),
)
