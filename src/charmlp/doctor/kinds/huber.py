"""Huber's loss: ½ d² where |d| ≤ δ, δ (|d| − ½ δ) elsewhere, d = y − y*; divided by δ it is "smooth L1"."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import PREDICTION, TARGET, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, Wrong, named, wrong_form
from charmlp.doctor.parameters import is_short, only_number, output_at
from charmlp.doctor.reductions import by_element, times_upstream

FAR = 1000.0


def difference(v: Variables) -> Array:
    return v["prediction"] - v["target"]


def huber(v: Variables) -> Array:
    d, delta = abs(difference(v)), v["delta"]
    return np.where(d <= delta, 0.5 * d**2, delta * (d - 0.5 * delta)) / v["divisor"]


def forms(delta: float) -> tuple[Form, ...]:
    """Huber's loss, and smooth L1, which is the same where δ is 1."""
    plain = by_element(huber, ", δ = {delta:.6g}", delta=delta, divisor=1.0)
    smooth = {"en": ", divided by δ = {delta:.6g}", "zh": "，再除以 δ = {delta:.6g}"}
    return plain if delta == 1 else (*plain, *by_element(huber, smooth, delta=delta, divisor=delta))


def with_own_delta(trial: Any) -> Iterator[Form]:
    """δ from the straight part, δ (D − ½ δ) at a difference D, whatever mean or sum of it there is."""
    target = trial.variables["target"]
    near, far, farther = (output_at(trial, "prediction", target + d) for d in (FAR, 2 * FAR, 3 * FAR))
    if near is None or far is None or farther is None or near.sum() == far.sum():
        return
    slope = (far.mean() - near.mean()) / FAR
    if not np.isclose(farther.mean() - far.mean(), slope * FAR):
        return  # it is not straight there: a square
    delta = only_number(np.array(2 * (FAR - near.mean() / slope)))
    if delta is None or not 0 < delta != 1:
        return
    if is_short(delta):
        yield from forms(float(f"{delta:.3g}"))
    elif is_short(only_number(np.array(1 / delta))):  # smooth L1 with σ: δ is 1 / σ²
        yield from forms(1 / float(f"{1 / delta:.3g}"))


def clipped(d: Array, delta: float) -> Array:
    return np.clip(d, -delta, delta)


Derivative = Callable[[Array, float], Array]
THRESHOLDS: dict[str, Derivative] = {
    "d [d ≤ δ] + δ [d > δ]": lambda d, delta: np.minimum(d, delta),
    "d [d ≥ −δ] − δ [d < −δ]": lambda d, delta: np.maximum(d, -delta),
    "d [d ≤ δ] + δ sign(d) [d > δ]": lambda d, delta: np.where(d <= delta, d, delta * np.sign(d)),
    "d [|d| ≤ ½ δ] + δ sign(d) [|d| > ½ δ]": lambda d, e: np.where(abs(d) <= e / 2, d, e * np.sign(d)),
    "d [|d| ≤ 2 δ] + δ sign(d) [|d| > 2 δ]": lambda d, e: np.where(abs(d) <= 2 * e, d, e * np.sign(d)),
    "d [|d| ≤ δ²] + δ sign(d) [|d| > δ²]": lambda d, e: np.where(abs(d) <= e**2, d, e * np.sign(d)),
    "d [|d| ≤ √δ] + δ sign(d) [|d| > √δ]": lambda d, e: np.where(abs(d) <= e**0.5, d, e * np.sign(d)),
    "d [|d| ≤ 1] + δ sign(d) [|d| > 1]": lambda d, delta: np.where(abs(d) <= 1, d, delta * np.sign(d)),
    "d [|d| ≤ 1] + sign(d) [|d| > 1]": lambda d, delta: clipped(d, 1),
    "d [|d| > δ] + δ sign(d) [|d| ≤ δ]": lambda d, e: np.where(abs(d) > e, d, e * np.sign(d)),
    "d": lambda d, delta: d,
    "δ sign(d)": lambda d, delta: delta * np.sign(d),
}
ONE_TERM: dict[str, Derivative] = {
    "d [|d| ≤ δ]": lambda d, delta: d * (abs(d) <= delta),
}
NO_SIGN: dict[str, Derivative] = {
    "d [|d| ≤ δ] + δ [|d| > δ]": lambda d, delta: np.where(abs(d) <= delta, d, delta),
}
SIGNS: dict[str, Derivative] = {
    "d [|d| ≤ δ] − δ sign(d) [|d| > δ]": lambda d, e: np.where(abs(d) <= e, d, -e * np.sign(d)),
}
TWOS: dict[str, Derivative] = {
    "½ d [|d| ≤ δ] + δ sign(d) [|d| > δ]": lambda d, e: np.where(abs(d) <= e, d / 2, e * np.sign(d)),
    "2 d [|d| ≤ δ] + δ sign(d) [|d| > δ]": lambda d, e: np.where(abs(d) <= e, 2 * d, e * np.sign(d)),
}
FORMULAS: dict[str, Derivative] = {
    "|d| [|d| ≤ δ] + δ [|d| > δ]": lambda d, delta: abs(clipped(d, delta)),
    "½ d² [|d| ≤ δ] + δ sign(d) [|d| > δ]": lambda d, e: np.where(abs(d) <= e, d**2 / 2, e * np.sign(d)),
}
SCALES: dict[str, Derivative] = {
    "d [|d| ≤ δ] + sign(d) [|d| > δ]": lambda d, e: np.where(abs(d) <= e, d, np.sign(d)),
    "d / δ [|d| ≤ δ] + δ sign(d) [|d| > δ]": lambda d, e: np.where(abs(d) <= e, d / e, e * np.sign(d)),
}
WRONG = {
    "wrong-threshold": THRESHOLDS, "path-forgotten": ONE_TERM, "path-forgotten.factor": NO_SIGN,
    "sign-flipped.term": SIGNS, "factor-two.edit": TWOS, "wrong-formula": FORMULAS, "scale-forgotten": SCALES,
}  # fmt: skip


def formula(function: Derivative) -> Formula:
    return times_upstream(lambda v: function(difference(v), v["delta"]))


def of_one(role: str) -> Formula:
    """The branch chosen by one of the two numbers, not by their difference."""
    return times_upstream(
        lambda v: np.where(abs(v[role]) <= v["delta"], difference(v), v["delta"] * np.sign(difference(v)))
    )


OF_ONE = (
    Wrong("d [|y| ≤ δ] + δ sign(d) [|y| > δ]", of_one("prediction"), "wrong-threshold"),
    Wrong("d [|y*| ≤ δ] + δ sign(d) [|y*| > δ]", of_one("target"), "wrong-threshold"),
)

KIND = Kind(
    aliases=("huber", "huberloss", "smoothl1", "smoothl1loss"),
    arrangements=(
        arrange(PREDICTION, TARGET),
        arrange((PREDICTION, "flat"), (TARGET, "flat"), C=1),
        arrange(TARGET, PREDICTION),
    ),
    forms=(
        *forms(1.0),
        wrong_form("½ d²", lambda v: 0.5 * (difference(v) ** 2).mean()),
        wrong_form(
            "½ d² [|d| ≤ δ] + (|d| − δ) [|d| > δ]",
            lambda v: np.where(
                abs(difference(v)) <= 1, difference(v) ** 2 / 2, abs(difference(v)) - 1
            ).mean(),
        ),
        wrong_form(
            "d² [|d| ≤ δ] + (|d| − ½ δ) [|d| > δ]",
            lambda v: np.where(abs(difference(v)) <= 1, difference(v) ** 2, abs(difference(v)) - 0.5).mean(),
        ),
    ),
    more_forms=with_own_delta,
    gradients={
        "prediction": Gradient(
            "d [|d| ≤ δ] + δ sign(d) [|d| > δ], d = y − y*, δ = {delta:.6g}",
            (*named(WRONG, formula), *OF_ONE),
            core=formula(clipped),
        ),
        "target": Gradient("−d [|d| ≤ δ] − δ sign(d) [|d| > δ], d = y − y*"),
    },
    page="losses",
    factors="NCM",
    is_loss=True,
)
