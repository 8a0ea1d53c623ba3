"""y = log Σₖ e^zₖ of each row of logits z, a smooth maximum; its gradient is g · softmax(z)."""

from collections.abc import Callable

import numpy as np

from charmlp.doctor.arrangement import LOGITS, arrange
from charmlp.doctor.checks.stability import stays_finite
from charmlp.doctor.functions import Array, log_softmax, softmax
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, named, wrong_form


def logsumexp(v: Variables) -> Array:
    z = v["logits"]
    return (z - log_softmax(z))[:, 0]


def times_rows(function: Callable[[Array, Array], Array]) -> Formula:
    """A function of z and q = softmax(z), each row times its g."""
    return lambda v, y, g: g.reshape(-1, 1) * function(v["logits"], softmax(v["logits"]))


WRONG: dict[str, dict[str, Callable[[Array, Array], Array]]] = {
    "path-forgotten": {
        "g · e^z": lambda z, q: np.exp(z),
        "g / Σₖ e^zₖ": lambda z, q: np.ones_like(z) / np.exp(z).sum(1, keepdims=True),
    },
    "path-forgotten.factor": {
        "g": lambda z, q: np.ones_like(z),
    },
    "wrong-formula": {
        "g · q (1 − q)": lambda z, q: q * (1 - q),
        "g · (1 − q)": lambda z, q: 1 - q,
        "g · [z = max z]": lambda z, q: 1.0 * (z == z.max(1, keepdims=True)),
        "g · (q − [z = max z])": lambda z, q: q - (z == z.max(1, keepdims=True)),
        "g · e^z / Σₙ e^zₙ": lambda z, q: softmax(z, 0),
        "g · e^z / Σₙₖ e^zₙₖ": lambda z, q: np.exp(z) / np.exp(z).sum(),
    },
    "wrong-variable.edit": {
        "g · log q": lambda z, q: np.log(q),
        "g · z": lambda z, q: z,
        "g · y": lambda z, q: z - np.log(q),
    },
    "softmax-twice.backward": {"g · softmax(q)": lambda z, q: softmax(q)},
}

KIND = Kind(
    aliases=("logsumexp", "lse", "softmaximum"),
    arrangements=(arrange(LOGITS), arrange((LOGITS, "single"), N=1)),
    forms=(
        Form({"en": "log Σₖ e^zₖ of each row", "zh": "每行的 log Σₖ e^zₖ"}, logsumexp),
        Form(
            {"en": "log Σₖ e^zₖ of each row, as a column", "zh": "每行的 log Σₖ e^zₖ，写成一列"},
            lambda v: logsumexp(v)[:, None],
        ),
        wrong_form({"en": "the largest of each row", "zh": "每行的最大值"}, lambda v: v["logits"].max(1)),
        wrong_form("Σₖ log e^zₖ", lambda v: v["logits"].sum(1)),
        wrong_form(
            {"en": "Σₖ e^zₖ, without the logarithm", "zh": "Σₖ e^zₖ，没有取对数"},
            lambda v: np.exp(v["logits"]).sum(1),
        ),
    ),
    gradients={
        "logits": Gradient(
            "g · q, q = softmax(z)",
            named(WRONG, times_rows),
        )
    },
    page="losses",
    checks=(stays_finite,),
)
