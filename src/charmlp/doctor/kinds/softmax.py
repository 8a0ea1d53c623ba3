"""yₖ = e^zₖ / Σⱼ e^zⱼ for each row of logits z; with a temperature T, of z/T, and 1/T is in the gradient."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import LOGITS, SQUARE, arrange
from charmlp.doctor.checks.stability import stays_finite
from charmlp.doctor.functions import Array, along_columns, log_softmax, softmax
from charmlp.doctor.kind import Form, Gradient, Kind, Variables, Wrong, wrong_form
from charmlp.doctor.parameters import is_short, only_number


def row_sum(x: Array) -> Array:
    """One sum a row, as a column."""
    return x.sum(1, keepdims=True)


def backward(y: Array, g: Array) -> Array:
    """Without 1/T."""
    return y * (g - row_sum(g * y))


def tempered(v: Variables) -> Array:
    return softmax(v["logits"] / v["T"])


def form(temperature: float) -> Form:
    if temperature == 1:
        return Form("e^zₖ / Σⱼ e^zⱼ", tempered, parameters={"T": 1.0, "over": ""})
    parameters = {"T": temperature, "over": f" / {temperature:.6g}"}
    return Form("e^(zₖ/T) / Σⱼ e^(zⱼ/T), T = {T:.6g}", tempered, parameters=parameters)


def with_own_temperature(trial: Any) -> Iterator[Form]:
    """T from two logits and the logarithms of their probabilities, which differ by 1/T as much.

    It must be a number that somebody chose, not the root of a size as in attention.
    """
    z, y = trial.variables["logits"], trial.canonical_output
    if z.shape != y.shape or not (y > 0).all():
        return
    temperature = only_number(np.diff(z, axis=1) / np.diff(np.log(y), axis=1))
    if temperature and temperature != 1 and (is_short(temperature) or is_short(1 / temperature)):
        yield form(temperature)


Backward = Callable[[Array, Array], Array]  # of y and g
WRONG: tuple[tuple[str, Backward, str], ...] = (
    ("g · y (1 − y)", lambda y, g: g * y * (1 - y), "softmax-diagonal"),
    ("g · y", lambda y, g: g * y, "softmax-diagonal.product"),
    ("g", lambda y, g: g, "path-forgotten"),
    ("g (y − Σₖ gₖ yₖ)", lambda y, g: g * (y - row_sum(g * y)), "wrong-formula"),
    ("y (g − Σₖ gₖ)", lambda y, g: y * (g - row_sum(g)), "path-forgotten.factor"),
    (
        "y (g − Σₖ gₖ yₖ)",
        lambda y, g: y * (g - along_columns(row_sum(g * y))),
        "path-forgotten.axis",
    ),
    ("y g − Σₖ gₖ yₖ", lambda y, g: y * g - row_sum(g * y), "path-forgotten.factor"),
    ("g − Σₖ gₖ yₖ", lambda y, g: g - row_sum(g * y), "path-forgotten.factor"),
    ("−y Σₖ gₖ yₖ", lambda y, g: y * row_sum(g * y), "path-forgotten"),
    ("y (g − Σₙ gₙ yₙ), the sum over the batch", lambda y, g: y * (g - (g * y).sum(0)), "wrong-formula"),
    ("y (g − Σ g y), the sum over everything", lambda y, g: y * (g - (g * y).sum()), "wrong-formula"),
    ("y (g + Σₖ gₖ yₖ)", lambda y, g: y * (g + row_sum(g * y)), "sign-flipped.term"),
    ("y (g − mean of g y)", lambda y, g: y * (g - row_sum(g * y) / y.shape[1]), "wrong-formula"),
    (
        "the right formula with softmax(y) for y",
        lambda y, g: backward(softmax(y), g),
        "softmax-twice.backward",
    ),
)


def divided(function: Backward) -> Callable[[Variables, Array, Array], Array]:
    return lambda v, y, g: function(y, g) / v["T"]


KIND = Kind(
    aliases=("softmax", "softmaxwithtemperature", "temperaturesoftmax", "softmaxtemperature"),
    arrangements=(arrange(LOGITS), arrange((LOGITS, "single"), output="single", N=1)),
    forms=(
        form(1.0),
        wrong_form(
            "softmax of softmax",
            lambda v: softmax(softmax(v["logits"])),
            "softmax-twice.forward",
            telling=True,
        ),
        wrong_form("a softmax over the batch, not over the classes", lambda v: softmax(v["logits"], axis=0)),
        wrong_form("a softmax over all elements", lambda v: softmax(v["logits"], axis=None)),
        wrong_form("e^z, not divided by its sum", lambda v: np.exp(v["logits"])),
        wrong_form("the logarithm of softmax", lambda v: log_softmax(v["logits"])),
    ),
    more_forms=with_own_temperature,
    gradients={
        "logits": Gradient(
            "y (g − Σₖ gₖ yₖ){over}",
            (
                *(Wrong(text, divided(function), mistake) for text, function, mistake in WRONG),
                Wrong(
                    "g e^z",
                    lambda v, y, g: g * np.exp(v["logits"] / v["T"]),
                    "path-forgotten.denominator",
                ),
                Wrong("y (g − Σₖ gₖ yₖ), without 1/T", lambda v, y, g: backward(y, g), "scale-forgotten"),
                Wrong("y (g − Σₖ gₖ yₖ) T", lambda v, y, g: v["T"] * backward(y, g), "scale-forgotten"),
                Wrong(
                    "y (g − Σₖ gₖ yₖ) / T²", lambda v, y, g: backward(y, g) / v["T"] ** 2, "scale-forgotten"
                ),
                Wrong(
                    "q (g − Σₖ gₖ qₖ), q = softmax(z)",
                    lambda v, y, g: backward(softmax(v["logits"]), g),
                    "scale-forgotten",
                ),
            ),
        )
    },
    page="softmax-cross-entropy",
    checks=(stays_finite,),
    square_sizes=SQUARE,
    seen_through_noise=True,
)
