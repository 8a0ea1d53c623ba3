"""The mean squared error, and the other ways of summing (y − y*)²."""

from collections.abc import Callable

from numpy import ones_like, sign

from charmlp.doctor.arrangement import PREDICTION, TARGET, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, named, unless_named, wrong_form


def difference(v: Variables) -> Array:
    return v["prediction"] - v["target"]


def squares(v: Variables) -> Array:
    return difference(v) ** 2


def times_upstream(function: Callable[[Array, Array], Array]) -> Formula:
    """A function of prediction and target, times g: one number, one a row or one an element."""

    def formula(v: Variables, y: Array, g: Array) -> Array:
        rows = g.reshape(-1, 1) if g.ndim == 1 and v["prediction"].ndim == 2 else g
        return rows * function(v["prediction"], v["target"])

    return formula


WRONG: dict[str, dict[str, Callable[[Array, Array], Array]]] = {
    "sign-flipped.term": {"y + y*": lambda p, t: p + t},
    "wrong-formula": {
        "y": lambda p, t: p,
        "y*": lambda p, t: t,
        "|y − y*|": lambda p, t: abs(p - t),
        "sign(y − y*)": lambda p, t: sign(p - t),
        "(y − y*)²": lambda p, t: (p - t) ** 2,
        "(y − y*) y": lambda p, t: (p - t) * p,
        "a constant": lambda p, t: ones_like(p),
    },
}

KIND = Kind(
    aliases=("mse", "meansquarederror", "meansquare"),  # a squared error may be a sum
    arrangements=(
        arrange(PREDICTION, TARGET),
        arrange((PREDICTION, "flat"), (TARGET, "flat"), C=1),
        arrange(TARGET, PREDICTION),
    ),
    forms=(
        Form("the mean over all elements", lambda v: squares(v).mean()),
        unless_named("half the mean over all elements", lambda v: squares(v).mean() / 2),
        Form("the mean over the batch of each row's sum", lambda v: squares(v).sum(1).mean()),
        unless_named(
            "half the mean over the batch of each row's sum", lambda v: squares(v).sum(1).mean() / 2
        ),
        unless_named("half the sum", lambda v: squares(v).sum() / 2),
        Form("one square an element", squares),
        unless_named("half a square an element", lambda v: squares(v) / 2),
        Form("one sum a row", lambda v: squares(v).sum(1)),
        Form("one mean a row", lambda v: squares(v).mean(1)),
        unless_named("the sum", lambda v: squares(v).sum(), "forward-wrong.sum"),
        wrong_form("the root of the mean", lambda v: squares(v).mean() ** 0.5),
        wrong_form("the mean of |y − y*|", lambda v: abs(difference(v)).mean()),
        wrong_form("the mean of y − y*, without the square", lambda v: difference(v).mean()),
        wrong_form("the square of the mean difference", lambda v: difference(v).mean() ** 2),
    ),
    gradients={
        "prediction": Gradient(
            "y − y*",
            named(WRONG, times_upstream),
            core=times_upstream(lambda p, t: p - t),
        ),
        "target": Gradient("y* − y"),
    },
    page="squared-error",
    factors="NCM",
    is_loss=True,
)
