"""The mean of each window; each of its elements receives an equal share of the gradient."""

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Gradient, Kind, Variables, Wrong, named
from charmlp.doctor.pooling import ARRANGEMENTS, Share, at, form, is_largest, own_forms, shared

MEAN = "the mean of each window"
WRONG: dict[str, dict[str, Share]] = {
    "scale-forgotten": {
        "g for every element of the window": np.ones_like,
        "g/2 for every element of the window": lambda each: np.ones_like(each) / each.shape[-1],
        "g/16 for every element of the window": lambda each: np.ones_like(each) / each.shape[-1] ** 4,
    },
    "wrong-formula": {
        "g at the largest element": is_largest,
        "g for the first element of the window": at(0),
    },
}


def of_equal_parts(v: Variables, y: Array, g: Array) -> Array:
    """The windows taken for parts of equal size, side by side, as many as there are outputs."""
    gradient = np.zeros_like(v["x"])
    rows, columns = (n // m for n, m in zip(v["x"].shape[2:], g.shape[2:], strict=True))
    for i, j in np.ndindex(*g.shape[2:]):
        part = gradient[:, :, i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]
        part += g[:, :, i, j, None, None] / (rows * columns)
    return gradient


KIND = Kind(
    aliases=(
        "averagepool", "avgpool", "averagepooling", "avgpooling", "meanpool", "avgpoold", "averagepoold",
        "meanpooling",
    ),
    arrangements=ARRANGEMENTS,
    forms=(form(MEAN, lambda each: each.mean((-2, -1))),),
    more_forms=own_forms(MEAN, lambda each: each.mean((-2, -1))),
    gradients={
        "x": Gradient(
            "g / (size of the window)",
            (
                *named(WRONG, shared),
                Wrong("g shared in equal parts of x", of_equal_parts, "kernel-not-flipped.parts"),
            ),
        )
    },
    page="convolution",
    has_options=True,
    factors="NC",
)  # fmt: skip
