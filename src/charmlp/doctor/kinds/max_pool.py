"""The largest number of each window; the gradient goes to where it was found."""

from collections.abc import Iterator

import numpy as np

from charmlp.doctor.checks.stability import gradient_at
from charmlp.doctor.kind import Gradient, Kind, Wrong, named
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.pooling import ARRANGEMENTS, Share, at, form, is_largest, overwritten, own_forms, shared
from charmlp.doctor.setups.setup import SetUp

LARGEST = "the largest of each window"


def one_of_equals(setup: SetUp) -> Iterator[Finding]:
    """Windows of equal numbers: each must hand on its g once, not once for each of the equals."""
    trial = setup.first
    tied = trial.with_values(trial.values_with("x", np.ones_like(trial.variables["x"])))
    try:
        gradient = gradient_at(tied, "x")
    except Exception:
        return
    windows = tied.outputs[0].size
    if gradient is not None and gradient.size and abs(float(gradient.sum()) - windows) > 1e-6 * windows:
        each = phrase("ties-sum", found=f"{float(gradient.sum()) / windows:.3g}")
        yield finding("ties.pooling", each, at=trial.position_of("x"))


WRONG: dict[str, dict[str, Share]] = {
    "wrong-formula": {
        "g for every element of the window": np.ones_like,
        "g/4 for every element of the window": lambda each: np.ones_like(each) / each.shape[-1] ** 2,
        "g for the first element of the window": at(0),
        "g for the last element of the window": at(-1),
        "g times the largest": lambda each: is_largest(each) * each,
        "g for the smallest": lambda each: is_largest(-each),
    },
}

OVERWRITTEN = Wrong("the g of the last window alone", overwritten, "not-accumulated.use")

KIND = Kind(
    aliases=(
        "maxpool",
        "maxpooling",
        "maxpoold",
        "maxpoolingd",
        "maxpoollayer",
        "poolmax",
        "pooling",
        "pool",
    ),
    arrangements=ARRANGEMENTS,
    forms=(form(LARGEST, lambda each: each.max((-2, -1))),),
    more_forms=own_forms(LARGEST, lambda each: each.max((-2, -1))),
    gradients={"x": Gradient("g at the largest element, 0 elsewhere", (*named(WRONG, shared), OVERWRITTEN))},
    page="convolution",
    has_options=True,
    checks=(one_of_equals,),
    factors="NC",
)
