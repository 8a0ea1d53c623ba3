"""y = x ⊙ m / (1 − p): a mask m of zeros and ones, given or drawn, and the scale that keeps the mean.

Srivastava et al. (2014, JMLR 15, section 10) scale when the network is used; then there is no 1/(1 − p).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Role, X, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Gradient, Kind, Variables, Wrong
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.parameters import ROUNDING, only_number


def zeros_and_ones(shape: Any, generator: np.random.Generator) -> Array:
    mask = (generator.random(shape) < 0.6).astype(float)
    mask.flat[0], mask.flat[-1] = 0.0, 1.0
    return mask


MASK = Role("mask", "ND", ("mask", "m", "keep"), constant=True, values=zeros_and_ones)


# The probability that a number becomes 0; its opposite is called keep_prob
DROPPED = re.compile(r"_?(p|(drop(out)?_?)?(p|prob(ability)?|rate|ratio)|dropout)")


def dropped(v: Variables) -> Array:
    return v["x"] * v["drawn"] * v["scale"]


def without_both(v: Variables, y: Array, g: Array) -> Array:
    """Nothing of forward's factor: the mask and the scale are forgotten."""
    if v["scale"] == 1:
        raise ValueError("there is no scale to forget")
    return g


def form(drawn: Any, scale: float) -> Form:
    text = "x ⊙ m" if scale == 1 else "x ⊙ m · {scale:.4g}"
    return Form(text, dropped, parameters={"drawn": drawn, "scale": scale})


def scaled_by_dropped(drawn: Any, scale: float) -> Form:
    wrong = form(drawn, scale)
    return replace(
        wrong, right=False, telling=True, parameters={**wrong.parameters, "right": "x ⊙ m / (1 − p)"}
    )


def with_own_mask(trial: Any) -> Iterator[Form]:
    """The mask that was drawn, or given, and the scale: what is left of y / x.

    What keeps just the positive numbers is a rectifier, and what does not follow a given mask none that
    is masked by it.
    """
    x, y = trial.variables["x"], trial.canonical_output
    if x.shape != y.shape:
        return
    drawn = (y != 0).astype(float)
    if np.array_equal(drawn, x > 0) or not np.array_equal(drawn, trial.variables.get("mask", drawn)):
        return
    scale = only_number((y / x)[y != 0])
    is_mask = drawn.sum() > 1 and not drawn.all()  # what is left of one number fits any scale
    if scale is not None and scale > 0 and is_mask:
        yield scaled_by_dropped(drawn, scale) if is_of_dropped(trial, scale) else form(drawn, scale)


def is_turned(trial: Any, name: str) -> bool:
    """Whether the constructor keeps 1 − p under the name of p: self.rate = 1 - rate."""
    for function in trial.subject.code:
        owner = getattr(function, "__globals__", {}).get(function.__qualname__.partition(".")[0])
        if re.search(rf"self\.{name} *= *1(\.0?)? *- ", source_of(getattr(owner, "__init__", None))):
            return True
    return False


def is_of_dropped(trial: Any, scale: float) -> bool:
    """Whether the scale is 1/p where p is the object's probability of 0, so that 1/(1 − p) is right."""
    name = next((name for name in trial.options if DROPPED.fullmatch(name)), "")
    p = trial.options.get(name)
    if is_turned(trial, name):
        return False
    if p is None or not 0 < p < 1 or abs(scale - 1 / p) > ROUNDING / p:
        return False
    return abs(p - 0.5) > ROUNDING


KIND = Kind(
    aliases=("dropout", "dropoutlayer", "inverteddropout", "drop", "dropoutmask"),
    arrangements=(arrange(X), arrange(X, MASK), arrange((X, "flat"), output="flat", D=1)),
    forms=(form(1.0, 1.0),),
    more_forms=with_own_mask,
    gradients={
        "x": Gradient(
            "g ⊙ m · {scale:.4g}",
            (
                Wrong("g ⊙ m, without the scale", lambda v, y, g: g * v["drawn"], "scale-forgotten"),
                Wrong(
                    "g ⊙ m · {scale:.4g}²",
                    lambda v, y, g: g * v["drawn"] * v["scale"] ** 2,
                    "scale-forgotten",
                ),
                Wrong("g ⊙ m / {scale:.4g}", lambda v, y, g: g * v["drawn"] / v["scale"], "scale-forgotten"),
                Wrong("g, the mask forgotten", lambda v, y, g: g, "wrong-mask.formula"),
                Wrong("g, without the mask and the scale", without_both, "scale-forgotten"),
                Wrong(
                    "g · {scale:.4g}, the mask forgotten",
                    lambda v, y, g: g * v["scale"],
                    "wrong-mask.formula",
                ),
                Wrong("g ⊙ (1 − m)", lambda v, y, g: g * (1 - v["drawn"]), "wrong-mask.formula"),
                Wrong(
                    "g ⊙ (1 − m) · {scale:.4g}",
                    lambda v, y, g: g * (1 - v["drawn"]) * v["scale"],
                    "wrong-mask.formula",
                ),
            ),
        )
    },
    page="layers",
    is_random=True,
    try_all=True,
)
