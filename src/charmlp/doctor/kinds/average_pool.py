"""The mean of each window; each of its elements receives an equal share of the gradient."""

import numpy as np

from charmlp.doctor.kind import Gradient, Kind, named
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

KIND = Kind(
    aliases=(
        "averagepool", "avgpool", "averagepooling", "avgpooling", "meanpool", "avgpoold", "averagepoold",
        "meanpooling",
    ),
    arrangements=ARRANGEMENTS,
    forms=(form(MEAN, lambda each: each.mean((-2, -1))),),
    more_forms=own_forms(MEAN, lambda each: each.mean((-2, -1))),
    gradients={"x": Gradient("g / (size of the window)", named(WRONG, shared))},
    page="convolution",
    factors="NC",
)  # fmt: skip
