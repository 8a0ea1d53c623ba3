"""The mean of all elements, of each row or of each column: each element gets g divided by their number."""

import numpy as np

from charmlp.doctor.arrangement import Role, X, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Gradient, Kind, Variables, Wrong, wrong_form

INPUT = Role("x", "NC", X.called)


def spread(v: Variables, g: Array) -> Array:
    """g, one number, one a row or one a column, at each element."""
    n, _ = v["x"].shape
    return np.broadcast_to(g[:, None] if g.shape == (n,) else g, v["x"].shape)


def rows(v: Variables) -> Array:
    """The matrix x; nan where each row is one number, as the mean of that is what any identity gives."""
    return v["x"] if v["x"].shape[1] > 1 else v["x"] * np.nan


KIND = Kind(
    aliases=("mean", "average", "avg", "meanreduce"),
    arrangements=(arrange(INPUT), arrange((INPUT, "flat"), C=1)),
    forms=(
        Form({"en": "the mean of all elements", "zh": "所有元素的平均值"}, lambda v: v["x"].mean()),
        Form({"en": "the mean of each column", "zh": "每列的平均值"}, lambda v: v["x"].mean(0)),
        Form({"en": "the mean of each row", "zh": "每行的平均值"}, lambda v: rows(v).mean(1)),
        wrong_form({"en": "the sum of all elements", "zh": "所有元素的和"}, lambda v: v["x"].sum()),
    ),
    gradients={
        "x": Gradient(
            {"en": "g / the number of elements averaged", "zh": "g 除以参与平均的元素个数"},
            (
                Wrong("g · x", lambda v, y, g: spread(v, g) * v["x"]),
                Wrong("g · y", lambda v, y, g: spread(v, g) * spread(v, y)),
            ),
        )
    },
    page="mean",
    factors="NCM",
)
