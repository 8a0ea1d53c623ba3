"""yₖ = e^zₖ / Σⱼ e^zⱼ for each row of logits z."""

from numpy import exp

from charmlp.doctor.arrangement import LOGITS, arrange
from charmlp.doctor.checks.stability import stays_finite
from charmlp.doctor.functions import Array, log_softmax, softmax
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong, wrong_form


def row_sum(x: Array) -> Array:
    """One sum a row, as a column."""
    return x.sum(1, keepdims=True)


def backward(y: Array, g: Array) -> Array:
    return y * (g - row_sum(g * y))


KIND = Kind(
    aliases=("softmax",),
    arrangements=(arrange(LOGITS), arrange((LOGITS, "single"), output="single", N=1)),
    forms=(
        Form("e^zₖ / Σⱼ e^zⱼ", lambda v: softmax(v["logits"])),
        wrong_form(
            "softmax of softmax",
            lambda v: softmax(softmax(v["logits"])),
            "softmax-twice.forward",
            telling=True,
        ),
        wrong_form("a softmax over the batch, not over the classes", lambda v: softmax(v["logits"], axis=0)),
        wrong_form("a softmax over all elements", lambda v: softmax(v["logits"], axis=None)),
        wrong_form("e^z, not divided by its sum", lambda v: exp(v["logits"])),
        wrong_form("the logarithm of softmax", lambda v: log_softmax(v["logits"])),
    ),
    gradients={
        "logits": Gradient(
            "y (g − Σₖ gₖ yₖ)",
            (
                Wrong("g · y (1 − y)", lambda v, y, g: g * y * (1 - y), "softmax-diagonal"),
                Wrong("g · y", lambda v, y, g: g * y, "softmax-diagonal.product"),
                Wrong("g (y − Σₖ gₖ yₖ)", lambda v, y, g: g * (y - row_sum(g * y))),
                Wrong("g", lambda v, y, g: g),
                Wrong("y (g − Σₖ gₖ)", lambda v, y, g: y * (g - row_sum(g))),
                Wrong("y g − Σₖ gₖ yₖ", lambda v, y, g: y * g - row_sum(g * y)),
                Wrong("g − Σₖ gₖ yₖ", lambda v, y, g: g - row_sum(g * y)),
                Wrong("−y Σₖ gₖ yₖ", lambda v, y, g: y * row_sum(g * y)),
                Wrong("y (g − Σₙ gₙ yₙ), the sum over the batch", lambda v, y, g: y * (g - (g * y).sum(0))),
                Wrong("y (g − Σ g y), the sum over everything", lambda v, y, g: y * (g - (g * y).sum())),
                Wrong("y (g + Σₖ gₖ yₖ)", lambda v, y, g: y * (g + row_sum(g * y))),
                Wrong("y (g − mean of g y)", lambda v, y, g: y * (g - row_sum(g * y) / y.shape[1])),
                Wrong(
                    "the right formula with softmax(y) for y",
                    lambda v, y, g: backward(softmax(y), g),
                    "softmax-twice.backward",
                ),
            ),
        )
    },
    page="softmax-cross-entropy",
    checks=(stays_finite,),
    seen_through_noise=True,
)
