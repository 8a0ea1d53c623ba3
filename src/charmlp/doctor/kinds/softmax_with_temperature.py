"""yₖ = e^(zₖ/T) / Σⱼ e^(zⱼ/T) for each row of logits z; T is whatever forward shows, and 1/T is in the gradient."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import LOGITS, arrange
from charmlp.doctor.checks.stability import stays_finite
from charmlp.doctor.functions import Array, softmax
from charmlp.doctor.kind import Form, Gradient, Kind, Variables, Wrong, wrong_form
from charmlp.doctor.parameters import is_short, only_number


def tempered(v: Variables) -> Array:
    return softmax(v["logits"] / v["T"])


def form(temperature: float) -> Form:
    return Form("e^(zₖ/T) / Σⱼ e^(zⱼ/T), T = {T:.6g}", tempered, parameters={"T": temperature})


def with_own_temperature(trial: Any) -> Iterator[Form]:
    """T from the logarithms of neighbours, whose difference is that of the logits divided by T.

    It must be a number that somebody chose, not the root of a size as in attention.
    """
    z, y = trial.variables["logits"], trial.canonical_output
    if z.shape != y.shape or not (y > 0).all():
        return
    temperature = only_number(np.diff(z, axis=1) / np.diff(np.log(y), axis=1))
    if temperature is not None and temperature not in (0.0, 1.0) and (is_short(temperature) or is_short(1 / temperature)):
        yield form(temperature)


def row_sum(x: Array) -> Array:
    return x.sum(1, keepdims=True)


def jacobian(y: Array, g: Array) -> Array:
    """y (g − Σₖ gₖ yₖ), without 1/T."""
    return y * (g - row_sum(g * y))


WRONG: dict[str, dict[str, Callable[[Array, Array, Array, float], Array]]] = {
    "scale-forgotten": {
        "y (g − Σₖ gₖ yₖ), without 1/T": lambda z, y, g, T: jacobian(y, g),
        "T y (g − Σₖ gₖ yₖ)": lambda z, y, g, T: T * jacobian(y, g),
        "y (g − Σₖ gₖ yₖ) / T²": lambda z, y, g, T: jacobian(y, g) / T**2,
        "q (g − Σₖ gₖ qₖ) / T, q = softmax(z)": lambda z, y, g, T: jacobian(softmax(z), g) / T,
        "q (g − Σₖ gₖ qₖ), q = softmax(z)": lambda z, y, g, T: jacobian(softmax(z), g),
    },
    "softmax-diagonal": {"g · y (1 − y) / T": lambda z, y, g, T: g * y * (1 - y) / T},
    "softmax-diagonal.product": {"g · y / T": lambda z, y, g, T: g * y / T},
    "wrong-formula": {
        "g / T": lambda z, y, g, T: g / T,
        "y (g − Σₖ gₖ) / T": lambda z, y, g, T: y * (g - row_sum(g)) / T,
        "y (g + Σₖ gₖ yₖ) / T": lambda z, y, g, T: y * (g + row_sum(g * y)) / T,
        "(g − Σₖ gₖ yₖ) / T": lambda z, y, g, T: (g - row_sum(g * y)) / T,
        "y (g − Σ g y) / T, the sum over everything": lambda z, y, g, T: y * (g - (g * y).sum()) / T,
        "y (g − Σₙ gₙ yₙ) / T, the sum over the batch": lambda z, y, g, T: y * (g - (g * y).sum(0)) / T,
    },
    "softmax-twice.backward": {
        "the right formula with softmax(y) for y": lambda z, y, g, T: jacobian(softmax(y), g) / T,
    },
}

KIND = Kind(
    aliases=("softmaxwithtemperature", "temperaturesoftmax", "temperedsoftmax", "softmaxtemperature", "softmaxt"),
    arrangements=(arrange(LOGITS), arrange((LOGITS, "single"), output="single", N=1)),
    forms=(
        form(1.0),
        wrong_form({"en": "softmax(T z), multiplied by T", "zh": "softmax(T z)，乘以了 T"}, lambda v: softmax(v["logits"] * 1.5)),
        wrong_form(
            {"en": "softmax(z) / T, divided after the softmax", "zh": "softmax(z) / T，在 softmax 之后才除"},
            lambda v: softmax(v["logits"]) / 1.5,
        ),
    ),
    more_forms=with_own_temperature,
    gradients={
        "logits": Gradient(
            "y (g − Σₖ gₖ yₖ) / T, T = {T:.6g}",
            tuple(
                Wrong(text, lambda v, y, g, f=f: f(v["logits"], y, g, v["T"]), name)  # type: ignore[misc]
                for name, group in WRONG.items()
                for text, f in group.items()
            ),
        )
    },
    page="softmax-cross-entropy",
    checks=(stays_finite,),
)
