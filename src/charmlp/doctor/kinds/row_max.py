"""yₙ = maxₖ xₙₖ: the largest number of each row; the gradient goes to where it was found, once."""

from collections.abc import Iterator

import numpy as np

from charmlp.doctor.arrangement import X, arrange
from charmlp.doctor.checks.stability import gradient_at
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Gradient, Kind, Variables, Wrong
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import SetUp


def largest(v: Variables) -> Array:
    return v["x"].max(1, keepdims=True)


def is_largest(v: Variables) -> Array:
    return (v["x"] == largest(v)).astype(float)


def column(g: Array) -> Array:
    return g.reshape(-1, 1)


def one_of_equals(setup: SetUp) -> Iterator[Finding]:
    """Rows of equal numbers: each must hand on its g once, not once for each of the equals."""
    trial = setup.first
    tied = trial.with_values(trial.values_with("x", np.ones_like(trial.variables["x"])))
    try:
        gradient = gradient_at(tied, "x")
    except Exception:
        return
    rows = tied.outputs[0].size
    if gradient is not None and gradient.size and abs(float(gradient.sum()) - rows) > 1e-6 * rows:
        each = phrase("ties-sum", found=f"{float(gradient.sum()) / rows:.3g}")
        yield finding("ties.pooling", each, at=trial.position_of("x"))


KIND = Kind(
    aliases=("rowmax", "max", "maxrow", "maximum", "maxofrows", "maxdim", "reducemax", "maxalongdim"),
    arrangements=(arrange(X),),
    forms=(
        Form({"en": "the largest of each row", "zh": "每行的最大值"}, lambda v: largest(v)[:, 0]),
        Form({"en": "the largest of each row, as a column", "zh": "每行的最大值，写成一列"}, largest),
    ),
    gradients={
        "x": Gradient(
            {"en": "g at the largest of each row, 0 elsewhere", "zh": "每行的最大值处为 g，其余为 0"},
            (
                Wrong({"en": "g everywhere", "zh": "处处为 g"}, lambda v, y, g: column(g) + 0 * v["x"]),
                Wrong("g x", lambda v, y, g: column(g) * v["x"]),
                Wrong("g y", lambda v, y, g: column(g) * largest(v) * is_largest(v)),
                Wrong(
                    {"en": "g / D everywhere", "zh": "处处为 g / D"},
                    lambda v, y, g: column(g) / v["x"].shape[1] + 0 * v["x"],
                ),
            ),
        )
    },
    page="activations",
    checks=(one_of_equals,),
    factors="ND",
)
