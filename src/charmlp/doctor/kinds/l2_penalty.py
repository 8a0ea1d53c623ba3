"""The L2 penalty λ Σ w² or ½ λ Σ w², λ whatever forward shows; its gradient is 2 λ W or λ W."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import WEIGHT, Role, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, named, wrong_form
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.parameters import is_short, only_number
from charmlp.doctor.setups.setup import SetUp

VECTOR = Role("weight", "D", WEIGHT.called)


def squares(v: Variables) -> Array:
    return (v["weight"] ** 2).sum()


def form(coefficient: float) -> Form:
    half = 2 * coefficient
    text = {0.5: "½ Σ w²", 1.0: "Σ w²"}.get(
        coefficient, f"λ Σ w², λ = {coefficient:.6g} (½ λ Σ w², λ = {half:.6g})"
    )
    return Form(text, lambda v: v["coefficient"] * squares(v), parameters={"coefficient": coefficient})


def with_own_coefficient(trial: Any) -> Iterator[Form]:
    """λ as forward shows it, if it is a number that somebody chose and not the inverse of a size."""
    y = trial.canonical_output
    coefficient = only_number(y / squares(trial.variables)) if np.size(y) == 1 else None
    if coefficient is not None and coefficient > 0 and is_short(coefficient):
        yield form(coefficient)


Penalty = Callable[[Array, float], Array]
WRONG: dict[str, dict[str, Penalty]] = {
    "scale-forgotten": {
        "2 W": lambda w, c: 2 * w,
        "W": lambda w, c: w,
        "2 λ² W": lambda w, c: 2 * c**2 * w,
    },
    "wrong-formula": {
        "λ sign(W)": lambda w, c: c * np.sign(w),
        "λ |W|": lambda w, c: c * abs(w),
        "λ W²": lambda w, c: c * w**2,
        "λ Σ w²": lambda w, c: c * (w**2).sum() + 0 * w,
        "λ Σ w": lambda w, c: c * w.sum() + 0 * w,
        "λ W / ‖W‖": lambda w, c: c * w / np.sqrt((w**2).sum()),
    },
    "path-forgotten.factor": {
        "λ": lambda w, c: c + 0 * w,
    },
}


def formula(function: Penalty) -> Formula:
    return lambda v, y, g: g * function(v["weight"], v["coefficient"])


def strength_once(setup: SetUp) -> list[Finding]:
    """Where forward takes λ as an option, it multiplies by λ (or ½ λ), not by its square."""
    trial = setup.first
    numbers = [v for v in trial.subject.defaults.values() if isinstance(v, float) and v not in (0.0, 1.0)]
    coefficient = trial.variables.get("coefficient")
    if coefficient is None or len(numbers) != 1:
        return []
    for strength in numbers:
        if np.isclose(float(coefficient), [strength**2, strength**2 / 2]).any():
            twice = phrase("strength", strength=f"{strength:g}")
            return [finding("forward-wrong.form", twice, found="λ² Σ w²", right="λ Σ w²")]
    return []


KIND = Kind(
    aliases=(
        "l2penalty", "l2regularization", "l2reg", "weightdecay", "ridgepenalty", "weightpenalty",
    ),
    arrangements=(arrange(WEIGHT), arrange(VECTOR)),
    forms=(
        form(1.0),
        form(0.5),
        wrong_form("‖W‖", lambda v: squares(v) ** 0.5),
        wrong_form("λ Σ |w|", lambda v: abs(v["weight"]).sum()),
        wrong_form("λ (Σ w)²", lambda v: v["weight"].sum() ** 2),
    ),
    more_forms=with_own_coefficient,
    gradients={
        "weight": Gradient(
            "g · 2 λ W, λ = {coefficient:.6g}",
            named(WRONG, formula),
        )
    },
    page="losses",
    checks=(strength_once,),
    factors="KD",
)  # fmt: skip
