"""The mean absolute error: |y − y*|, averaged or summed; its derivative is sign(y − y*)."""

import numpy as np

from charmlp.doctor.arrangement import PREDICTION, TARGET, arrange
from charmlp.doctor.checks.stability import gradient_at
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Gradient, Kind, Variables, named, wrong_form
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.reductions import Losses, by_element, times_upstream
from charmlp.doctor.setups.setup import SetUp


def difference(v: Variables) -> Array:
    return v["prediction"] - v["target"]


def is_finite_where_equal(setup: SetUp) -> list[Finding]:
    """At the kink y = y* any slope between −1 and 1 will do, but (y − y*) / |y − y*| is nan."""
    trial = setup.first
    equal = trial.with_values(trial.values_with("prediction", trial.variables["target"]))
    try:
        gradient = gradient_at(equal, "prediction")
    except Exception:
        return []
    if gradient is None or np.isfinite(gradient).all():
        return []
    return [finding("unstable.zero", phrase("extreme", found="nan", size="0"))]


WRONG: dict[str, dict[str, Losses]] = {
    "wrong-formula": {
        "y − y*": difference,
        "|y − y*|": lambda v: abs(difference(v)),
        "1": lambda v: np.ones_like(v["prediction"]),
        "[y > y*]": lambda v: 1.0 * (difference(v) > 0),
        "[y < y*]": lambda v: 1.0 * (difference(v) < 0),
        "1 / (y − y*)": lambda v: 1 / difference(v),
        "(y − y*)²": lambda v: difference(v) ** 2,
    },
    "wrong-threshold": {
        "sign(y)": lambda v: np.sign(v["prediction"]),
        "sign(y*)": lambda v: np.sign(v["target"]),
        "sign(y + y*)": lambda v: np.sign(v["prediction"] + v["target"]),
    },
}

KIND = Kind(
    aliases=(
        "l1",
        "l1loss",
        "mae",
        "maeloss",
        "meanabsoluteerror",
        "absoluteerror",
        "meanabsolute",
        "absloss",
    ),
    arrangements=(
        arrange(PREDICTION, TARGET),
        arrange((PREDICTION, "flat"), (TARGET, "flat"), second=True, C=1),
        arrange(TARGET, PREDICTION),
    ),
    forms=(
        *by_element(lambda v: abs(difference(v))),
        wrong_form(
            {"en": "the mean of (y − y*)²", "zh": "(y − y*)² 的平均值"}, lambda v: (difference(v) ** 2).mean()
        ),
        wrong_form(
            {"en": "the mean of y − y*, without the absolute value", "zh": "y − y* 的平均值，没有取绝对值"},
            lambda v: difference(v).mean(),
        ),
        wrong_form(
            {"en": "the absolute value of the mean difference", "zh": "平均差的绝对值"},
            lambda v: abs(difference(v).mean()),
        ),
    ),
    gradients={
        "prediction": Gradient(
            "sign(y − y*)",
            named(WRONG, times_upstream),
            core=times_upstream(lambda v: np.sign(difference(v))),
        ),
        "target": Gradient("sign(y* − y)"),
    },
    page="losses",
    factors="NCM",
    is_loss=True,
    checks=(is_finite_where_equal,),
)
