"""yₖ = e^zₖ / Σⱼ e^zⱼ for each row of logits z."""

from torch import Tensor, exp

from charmlp.doctor.arrangement import LOGITS, arrange
from charmlp.doctor.checks.stability import stays_finite
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong, wrong_form


def row_sum(x: Tensor) -> Tensor:
    """One sum a row, as a column."""
    return x.sum(1, keepdim=True)


def backward(y: Tensor, g: Tensor) -> Tensor:
    return y * (g - row_sum(g * y))


KIND = Kind(
    aliases=("softmax",),
    arrangements=(arrange(LOGITS), arrange((LOGITS, "single"), output="single", N=1)),
    forms=(
        Form("e^zₖ / Σⱼ e^zⱼ", lambda v: v["logits"].softmax(1)),
        wrong_form(
            "softmax of softmax",
            lambda v: v["logits"].softmax(1).softmax(1),
            "softmax-twice.forward",
            telling=True,
        ),
        wrong_form("a softmax over the batch, not over the classes", lambda v: v["logits"].softmax(0)),
        wrong_form(
            "a softmax over all elements", lambda v: v["logits"].flatten().softmax(0).view_as(v["logits"])
        ),
        wrong_form("e^z, not divided by its sum", lambda v: exp(v["logits"])),
        wrong_form("the logarithm of softmax", lambda v: v["logits"].log_softmax(1)),
    ),
    gradients={
        "logits": Gradient(
            "y (g − Σₖ gₖ yₖ)",
            (
                Wrong("g · y (1 − y)", lambda v, y, g: g * y * (1 - y), "softmax-diagonal"),
                Wrong("g · y", lambda v, y, g: g * y, "softmax-diagonal.product"),
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
                    lambda v, y, g: backward(y.softmax(1), g),
                    "softmax-twice.backward",
                ),
            ),
        )
    },
    page="softmax-cross-entropy",
    checks=(stays_finite,),
    seen_through_noise=True,
)
