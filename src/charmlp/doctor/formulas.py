"""The library of wrong gradients: what people write in place of the right formula.

Each takes the canonical inputs v, the output y and the cotangent g = ∂L/∂y, and gives the gradient that its
mistake would give, up to a constant factor. `found` is how the formula is written, `right` the right one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from charmlp.doctor.arrangements import Roles

Formula = Callable[[Roles, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Wrong:
    """A wrong formula and the mistake that it stands for."""

    name: str
    variant: str
    found: str
    function: Formula


RIGHT = {
    ("linear", "x"): "g W",
    ("linear", "weight"): "gᵀ x",
    ("linear", "bias"): "Σₙ gₙ",
    ("relu", "x"): "g · [x > 0]",
    ("sigmoid", "x"): "g · y (1 − y)",
    ("tanh", "x"): "g · (1 − y²)",
    ("identity", "x"): "g",
    ("softmax", "logits"): "y (g − Σₖ gₖ yₖ)",
    ("cross_entropy", "logits"): "q − y*",
    ("cross_entropy", "label"): "−log q",
    ("mse", "prediction"): "y − y*",
    ("mse", "target"): "y* − y",
}


def wrong(found: str, function: Formula, name: str = "wrong-formula", variant: str = "") -> Wrong:
    return Wrong(name, variant, found, function)


def q_of(v: Roles) -> Tensor:
    return torch.softmax(v["logits"], 1)


def tanh_like(found: str, function: Callable[[Tensor, Tensor], Tensor]) -> Wrong:
    """A derivative of an activation as a function of its input x and output y."""
    return wrong(found, lambda v, y, g: g * function(v["x"], y), "wrong-variable")


def logistic_slope(t: Tensor) -> Tensor:
    return torch.sigmoid(t) * (1 - torch.sigmoid(t))


def of_logits(found: str, function: Callable[[Tensor, Tensor, Tensor], Tensor], name: str = "wrong-formula",
              variant: str = "") -> Wrong:  # fmt: skip
    """A gradient of the cross-entropy as a function of logits z, probabilities q and one-hot labels t."""

    def formula(v: Roles, y: Tensor, g: Tensor) -> Tensor:
        rows = g.reshape(-1, 1)  # one number for the mean, or one a row
        return rows * function(v["logits"], q_of(v), v["label"])

    return wrong(found, formula, name, variant)


def of_error(found: str, function: Callable[[Tensor, Tensor], Tensor]) -> Wrong:
    """A gradient of the squared error as a function of prediction and target."""

    def formula(v: Roles, y: Tensor, g: Tensor) -> Tensor:
        p, t = v["prediction"], v["target"]
        return spread(g, p) * function(p, t)

    return wrong(found, formula)


def spread(g: Tensor, like: Tensor) -> Tensor:
    """The cotangent of a loss (one number, one a row, or one an element) beside every element."""
    return g.reshape(-1, 1) if g.dim() == 1 and like.dim() == 2 else g


LIBRARY: dict[tuple[str, str], list[Wrong]] = {
    ("linear", "x"): [
        wrong("g Wᵀ", lambda v, y, g: g @ v["weight"].T, "wrong-transpose-for-input"),
        wrong("(g W)ᵀ", lambda v, y, g: (g @ v["weight"]).T),
        wrong("W g", lambda v, y, g: v["weight"] @ g),
        wrong("Wᵀ g", lambda v, y, g: v["weight"].T @ g),
        wrong("W gᵀ", lambda v, y, g: v["weight"] @ g.T),
        wrong("gᵀ W", lambda v, y, g: g.T @ v["weight"]),
        wrong("g x", lambda v, y, g: g @ v["x"]),
    ],
    ("linear", "weight"): [
        wrong("xᵀ g", lambda v, y, g: v["x"].T @ g, "weight-transposed"),
        wrong("g x", lambda v, y, g: g @ v["x"]),
        wrong("x g", lambda v, y, g: v["x"] @ g),
        wrong("g xᵀ", lambda v, y, g: g @ v["x"].T),
        wrong("x gᵀ", lambda v, y, g: v["x"] @ g.T),
        wrong("gᵀ xᵀ", lambda v, y, g: g.T @ v["x"].T),
        wrong("gᵀ W", lambda v, y, g: g.T @ v["weight"]),
    ],
    ("linear", "bias"): [
        wrong("Σₖ gₖ", lambda v, y, g: g.sum(1), "batch-not-summed", "axis"),
        wrong("the first row of g", lambda v, y, g: g[0], "batch-not-summed", "one-row"),
        wrong("the last row of g", lambda v, y, g: g[-1], "batch-not-summed", "one-row"),
        wrong("the largest g of each column", lambda v, y, g: g.amax(0), "batch-not-summed", "one-row"),
    ],
    ("relu", "x"): [
        wrong("g", lambda v, y, g: g, "relu-mask", "missing"),
        wrong("g · [x < 0]", lambda v, y, g: g * (v["x"] < 0), "relu-mask", "inverted"),
        wrong("g · [g > 0]", lambda v, y, g: g * (g > 0), "wrong-mask", "cotangent"),
        wrong("g · [g < 0]", lambda v, y, g: g * (g < 0), "wrong-mask", "cotangent"),
        wrong("g · max(0, x)", lambda v, y, g: g * y, "wrong-formula"),
        wrong("g · x", lambda v, y, g: g * v["x"], "wrong-formula"),
        wrong("g · sign(x)", lambda v, y, g: g * v["x"].sign(), "wrong-formula"),
    ],
    ("sigmoid", "x"): [
        tanh_like("x (1 − x)", lambda x, y: x * (1 - x)),
        tanh_like("σ(y) (1 − σ(y))", lambda x, y: logistic_slope(y)),
        tanh_like("y", lambda x, y: y),
        tanh_like("1 − y", lambda x, y: 1 - y),
        tanh_like("1 − y²", lambda x, y: 1 - y**2),
        tanh_like("y (1 + y)", lambda x, y: y * (1 + y)),
        tanh_like("y (1 − y²)", lambda x, y: y * (1 - y**2)),
        tanh_like("y²", lambda x, y: y**2),
        tanh_like("y² (1 − y)", lambda x, y: y**2 * (1 - y)),
        tanh_like("y² (1 − y)²", lambda x, y: y**2 * (1 - y) ** 2),
        tanh_like("(1 − y)²", lambda x, y: (1 - y) ** 2),
        tanh_like("x (1 − y)", lambda x, y: x * (1 - y)),
        tanh_like("y (1 − x)", lambda x, y: y * (1 - x)),
        tanh_like("e⁻ˣ", lambda x, y: (-x).exp()),
        wrong("g", lambda v, y, g: g),
    ],
    ("tanh", "x"): [
        tanh_like("1 − x²", lambda x, y: 1 - x**2),
        tanh_like("1 − y", lambda x, y: 1 - y),
        tanh_like("1 − tanh²(y)", lambda x, y: 1 - torch.tanh(y) ** 2),
        tanh_like("y (1 − y)", lambda x, y: y * (1 - y)),
        tanh_like("x (1 − x)", lambda x, y: x * (1 - x)),
        tanh_like("1 + y²", lambda x, y: 1 + y**2),
        tanh_like("y²", lambda x, y: y**2),
        tanh_like("1 − |y|", lambda x, y: 1 - y.abs()),
        tanh_like("(1 − y)²", lambda x, y: (1 - y) ** 2),
        tanh_like("(1 − y²)²", lambda x, y: (1 - y**2) ** 2),
        tanh_like("1 + y", lambda x, y: 1 + y),
        tanh_like("σ(x) (1 − σ(x))", lambda x, y: logistic_slope(x)),
        tanh_like("y", lambda x, y: y),
        tanh_like("y (1 − y²)", lambda x, y: y * (1 - y**2)),
        wrong("g", lambda v, y, g: g),
    ],
    ("identity", "x"): [
        wrong("g · x", lambda v, y, g: g * v["x"]),
        wrong("g · [x > 0]", lambda v, y, g: g * (v["x"] > 0)),
    ],
    ("softmax", "logits"): [
        wrong("g · y (1 − y)", lambda v, y, g: g * y * (1 - y), "softmax-diagonal"),
        wrong("g · y", lambda v, y, g: g * y, "softmax-diagonal", "product"),
        wrong("g", lambda v, y, g: g),
        wrong("y (g − Σₖ gₖ)", lambda v, y, g: y * (g - g.sum(1, keepdim=True))),
        wrong("y g − Σₖ gₖ yₖ", lambda v, y, g: y * g - (g * y).sum(1, keepdim=True)),
        wrong("g − Σₖ gₖ yₖ", lambda v, y, g: g - (g * y).sum(1, keepdim=True)),
        wrong("−y Σₖ gₖ yₖ", lambda v, y, g: y * (g * y).sum(1, keepdim=True)),
        wrong("y (g − Σₙ gₙ yₙ), the sum over the batch", lambda v, y, g: y * (g - (g * y).sum(0))),
        wrong("y (g − Σ g y), the sum over everything", lambda v, y, g: y * (g - (g * y).sum())),
        wrong("y (g + Σₖ gₖ yₖ)", lambda v, y, g: y * (g + (g * y).sum(1, keepdim=True))),
        wrong("y (g − mean of g y)", lambda v, y, g: y * (g - (g * y).mean(1, keepdim=True))),
        wrong(
            "the right formula with softmax(y) for y",
            lambda v, y, g: softmax_backward(torch.softmax(y, 1), g),
            "softmax-twice",
            "backward",
        ),
    ],
    ("cross_entropy", "logits"): [
        of_logits("q", lambda z, q, t: q, "target-forgotten"),
        of_logits("q − 1", lambda z, q, t: q - 1, "target-forgotten", "everywhere"),
        of_logits("softmax(q) − y*", lambda z, q, t: torch.softmax(q, 1) - t, "softmax-twice", "backward"),
        of_logits("−y* (1 − q)", lambda z, q, t: t * (q - 1), "softmax-diagonal", "loss"),
        of_logits("q (1 − q)", lambda z, q, t: q * (1 - q), "softmax-diagonal", "loss"),
        of_logits("(q − y*) q (1 − q)", lambda z, q, t: (q - t) * q * (1 - q)),
        of_logits("−y*/q", lambda z, q, t: t / q),
        of_logits("−y*", lambda z, q, t: t),
        of_logits("z − y*", lambda z, q, t: z - t),
        of_logits("q + y*", lambda z, q, t: q + t),
        of_logits("log q − y*", lambda z, q, t: q.log() - t),
        of_logits("e^z − y*", lambda z, q, t: z.exp() - t),
        of_logits("q y*", lambda z, q, t: q * t),
        of_logits("q − y* with a softmax over the batch", lambda z, q, t: torch.softmax(z, 0) - t),
        of_logits("q − y* with a softmax over all elements", lambda z, q, t: softmax_of_all(z) - t),
        of_logits("σ(z) − y*", lambda z, q, t: torch.sigmoid(z) - t),
        of_logits(
            "softmax backward of q − y*",
            lambda z, q, t: softmax_backward(q, q - t),
            "softmax-twice",
            "jacobian",
        ),
        of_logits("q − y* with the labels of the next row", lambda z, q, t: q - t.roll(1, 0)),
        of_logits("q − y* with the labels of the next class", lambda z, q, t: q - t.roll(1, 1)),
        of_logits("q − y* with the labels of the class before", lambda z, q, t: q - t.roll(-1, 1)),
    ],
    ("mse", "prediction"): [
        of_error("y", lambda p, t: p),
        of_error("y*", lambda p, t: t),
        of_error("y + y*", lambda p, t: p + t),
        of_error("|y − y*|", lambda p, t: (p - t).abs()),
        of_error("sign(y − y*)", lambda p, t: (p - t).sign()),
        of_error("(y − y*)²", lambda p, t: (p - t) ** 2),
        of_error("(y − y*) y", lambda p, t: (p - t) * p),
        of_error("a constant", lambda p, t: torch.ones_like(p)),
    ],
}


# The right gradients of the losses but for the coefficient, which depends on what they average.
CORE: dict[tuple[str, str], Formula] = {
    ("cross_entropy", "logits"): of_logits("q − y*", lambda z, q, t: q - t).function,
    ("mse", "prediction"): of_error("y − y*", lambda p, t: p - t).function,
}


def softmax_backward(y: Tensor, g: Tensor) -> Tensor:
    return y * (g - (g * y).sum(1, keepdim=True))


def softmax_of_all(z: Tensor) -> Tensor:
    return z.flatten().softmax(0).view_as(z)


@dataclass(frozen=True)
class Distortion:
    """What a backward pass does to its cotangent before it uses it."""

    name: str
    variant: str
    written: str
    function: Callable[[Tensor], Tensor]


DISTORTIONS = [
    Distortion("cotangent-ignored", "", "1", torch.ones_like),
    Distortion("cotangent-twice", "", "g²", lambda g: g * g),
    Distortion("cotangent-distorted", "positive", "g · [g > 0]", lambda g: g.clamp(min=0)),
    Distortion("cotangent-distorted", "positive", "g · [g < 0]", lambda g: g.clamp(max=0)),
    Distortion("cotangent-distorted", "abs", "|g|", torch.abs),
    Distortion("cotangent-distorted", "clamp", "clamp(g, −1, 1)", lambda g: g.clamp(-1, 1)),
    Distortion("cotangent-distorted", "sign", "sign(g)", torch.sign),
    Distortion("cotangent-distorted", "mask", "[g > 0]", lambda g: (g > 0).to(g.dtype)),
    Distortion("cotangent-distorted", "power", "g³", lambda g: g**3),
    Distortion("cotangent-distorted", "collapsed", "the mean of g", lambda g: g.mean().expand_as(g)),
]
