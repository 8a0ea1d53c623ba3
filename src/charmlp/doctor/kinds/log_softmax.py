"""yₖ = zₖ − log Σⱼ e^zⱼ for each row of logits z; the gradient is g − q Σₖ gₖ with q = e^y = softmax(z)."""

from collections.abc import Callable

import numpy as np

from charmlp.doctor.arrangement import LOGITS, SQUARE, arrange
from charmlp.doctor.checks.stability import stays_finite
from charmlp.doctor.functions import Array, along_columns, log_softmax, softmax
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, named, wrong_form


def row_sum(x: Array) -> Array:
    """One sum a row, as a column."""
    return x.sum(1, keepdims=True)


Backward = Callable[[Array, Array, Array, Array], Array]  # of z, y, q and g
WRONG: dict[str, dict[str, Backward]] = {
    "wrong-formula": {
        "q (g − Σₖ gₖ qₖ)": lambda z, y, q, g: q * (g - row_sum(g * q)),
        "g − Σₖ gₖ qₖ": lambda z, y, q, g: g - row_sum(g * q),
        "g − mean(g)": lambda z, y, q, g: g - row_sum(g) / g.shape[1],
        "g − q · mean(g)": lambda z, y, q, g: g - q * row_sum(g) / g.shape[1],
        "g − q Σₙ gₙ": lambda z, y, q, g: g - q * g.sum(0),
        "g − q Σₙₖ gₙₖ": lambda z, y, q, g: g - q * g.sum(),
        "g/q": lambda z, y, q, g: g / q,
        "q Σₖ gₖ − g q": lambda z, y, q, g: q * row_sum(g) - g * q,
        "g · y": lambda z, y, q, g: g * y,
    },
    "path-forgotten.factor": {
        "g − Σₖ gₖ": lambda z, y, q, g: g - row_sum(g),
        "g − q": lambda z, y, q, g: g - q,
    },
    "sign-flipped.term": {
        "g + q Σₖ gₖ": lambda z, y, q, g: g + q * row_sum(g),
    },
    "path-forgotten": {
        "g": lambda z, y, q, g: g,
        "−q Σₖ gₖ": lambda z, y, q, g: -q * row_sum(g),
        "g − e^z Σₖ gₖ": lambda z, y, q, g: g - np.exp(z) * row_sum(g),
    },
    "path-forgotten.axis": {
        "g − q Σₖ gₖ": lambda z, y, q, g: g - q * along_columns(row_sum(g)),
    },
    "softmax-diagonal.loss": {
        "g (1 − q)": lambda z, y, q, g: g * (1 - q),
        "−g q": lambda z, y, q, g: -g * q,
    },
    "wrong-variable.of-input": {
        "g − y Σₖ gₖ": lambda z, y, q, g: g - y * row_sum(g),
        "g − z Σₖ gₖ": lambda z, y, q, g: g - z * row_sum(g),
        "g (1 − y)": lambda z, y, q, g: g * (1 - y),
        "y (g − Σₖ gₖ yₖ)": lambda z, y, q, g: y * (g - row_sum(g * y)),
    },
    "softmax-twice.backward": {
        "g − softmax(q) Σₖ gₖ": lambda z, y, q, g: g - softmax(q) * row_sum(g),
    },
}


def formula(function: Backward) -> Formula:
    return lambda v, y, g: function(v["logits"], y, softmax(v["logits"]), g)


KIND = Kind(
    aliases=("logsoftmax", "softmaxlog"),
    arrangements=(arrange(LOGITS), arrange((LOGITS, "single"), output="single", N=1)),
    forms=(
        Form("zₖ − log Σⱼ e^zⱼ", lambda v: log_softmax(v["logits"])),
        wrong_form(
            {"en": "the logarithm of a softmax over the batch", "zh": "沿批的方向取 softmax，再取对数"},
            lambda v: log_softmax(v["logits"], 0),
        ),
        wrong_form(
            {"en": "softmax, without the logarithm", "zh": "softmax，没有取对数"},
            lambda v: softmax(v["logits"]),
        ),
        wrong_form(
            {"en": "the logarithm of softmax of softmax", "zh": "对 softmax 再取 softmax，然后取对数"},
            lambda v: log_softmax(softmax(v["logits"])),
            "softmax-twice.forward",
            telling=True,
        ),
        wrong_form("log Σⱼ e^zⱼ − zₖ", lambda v: -log_softmax(v["logits"])),
        wrong_form("zₖ − Σⱼ e^zⱼ", lambda v: v["logits"] - row_sum(np.exp(v["logits"]))),
    ),
    gradients={
        "logits": Gradient(
            "g − q Σₖ gₖ, q = e^y",
            named(WRONG, formula),
        )
    },
    page="losses",
    checks=(stays_finite,),
    square_sizes=SQUARE,
)
