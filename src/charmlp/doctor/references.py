"""The right forward of each kind, forwards that are as good, and wrong ones that have a name.

All take canonical inputs (arrangements.py). The right gradient is not written here: it is torch's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from charmlp.doctor.arrangements import Roles


@dataclass(frozen=True)
class Form:
    """A forward: `function(roles)`; `written` is how people write it; `right` unless it is a mistake.

    A form that is right `unless_named` is a mistake only where the operation is said to be of this kind: a
    sum of squares is a fine loss, but it is not the *mean* squared error. A wrong form that is `telling` is
    one even where nothing says what was meant: |x| may be no wrong relu, but nobody wants softmax twice.
    """

    written: str
    function: Callable[[Roles], Tensor]
    right: bool = True
    unless_named: bool = False
    name: str = "forward-wrong"
    variant: str = "form"
    telling: bool = False


def wrong(
    written: str,
    function: Callable[[Roles], Tensor],
    name: str = "forward-wrong",
    variant: str = "form",
    telling: bool = False,
) -> Form:
    return Form(written, function, right=False, name=name, variant=variant, telling=telling)


def unless_named(written: str, function: Callable[[Roles], Tensor], variant: str = "form") -> Form:
    return Form(written, function, right=False, unless_named=True, variant=variant, telling=True)


def linear(v: Roles) -> Tensor:
    product = v["x"] @ v["weight"].T
    return product + v["bias"] if "bias" in v else product


def no_bias(v: Roles) -> Tensor:
    if "bias" not in v:
        raise ValueError("there is no bias to forget")
    return v["x"] @ v["weight"].T


def log_q(v: Roles) -> Tensor:
    return torch.log_softmax(v["logits"], 1)


def losses(v: Roles) -> Tensor:
    """One cross-entropy a row."""
    return -(v["label"] * log_q(v)).sum(1)


def losses_of(log_probabilities: Tensor, v: Roles) -> Tensor:
    return -(v["label"] * log_probabilities).sum(1)


def squares(v: Roles) -> Tensor:
    return (v["prediction"] - v["target"]) ** 2


def difference(v: Roles) -> Tensor:
    return v["prediction"] - v["target"]


FORMS: dict[str, list[Form]] = {
    "linear": [
        Form("x Wᵀ + b", linear),
        wrong("x Wᵀ, without b", no_bias, telling=True),
        wrong("x Wᵀ − b", lambda v: v["x"] @ v["weight"].T - v["bias"], telling=True),
    ],
    "relu": [
        Form("max(0, x)", lambda v: v["x"].clamp(min=0)),
        wrong("|x|", lambda v: v["x"].abs()),
        wrong("min(0, x)", lambda v: v["x"].clamp(max=0)),
        wrong("x", lambda v: v["x"]),
        wrong("max(0, −x)", lambda v: (-v["x"]).clamp(min=0)),
    ],
    "sigmoid": [
        Form("1 / (1 + e⁻ˣ)", lambda v: torch.sigmoid(v["x"])),
        wrong("1 / (1 + eˣ)", lambda v: torch.sigmoid(-v["x"])),
        wrong("tanh x", lambda v: torch.tanh(v["x"])),
    ],
    "tanh": [
        Form("tanh x", lambda v: torch.tanh(v["x"])),
        wrong("tanh(x/2)", lambda v: torch.tanh(v["x"] / 2)),
        wrong("−tanh x", lambda v: -torch.tanh(v["x"])),
        wrong("1 / (1 + e⁻ˣ)", lambda v: torch.sigmoid(v["x"])),
        wrong("2 / (1 + e⁻ˣ)", lambda v: 2 * torch.sigmoid(v["x"])),
    ],
    "identity": [Form("x", lambda v: v["x"].clone())],
    "softmax": [
        Form("e^zₖ / Σⱼ e^zⱼ", lambda v: torch.softmax(v["logits"], 1)),
        wrong("softmax of softmax", lambda v: double_softmax(v), "softmax-twice", "forward", True),
        wrong("a softmax over the batch, not over the classes", lambda v: torch.softmax(v["logits"], 0)),
        wrong("a softmax over all elements", lambda v: v["logits"].flatten().softmax(0).view_as(v["logits"])),
        wrong("e^z, not divided by its sum", lambda v: v["logits"].exp()),
        wrong("the logarithm of softmax", log_q),
    ],
    "cross_entropy": [
        Form("the mean over the batch", lambda v: losses(v).mean()),
        Form("one loss a row", losses),
        unless_named("the sum over the batch", lambda v: losses(v).sum(), "sum"),
        wrong("the mean over N·C elements", lambda v: losses(v).mean() / v["logits"].shape[1]),
        wrong("of a softmax of softmax", lambda v: of_softmax_twice(v), "softmax-twice", "forward", True),
        wrong("without the minus sign", lambda v: -losses(v).mean()),
        wrong(
            "with a softmax over the batch, not over the classes",
            lambda v: losses_of(torch.log_softmax(v["logits"], 0), v).mean(),
        ),
        wrong("with z for log q", lambda v: losses_of(v["logits"], v).mean()),
        wrong("with q for log q", lambda v: losses_of(log_q(v).exp(), v).mean()),
        wrong("with a logarithm to base 2", lambda v: losses(v).mean() / torch.log(torch.tensor(2.0))),
        wrong("with a logarithm to base 10", lambda v: losses(v).mean() / torch.log(torch.tensor(10.0))),
        wrong("over the first row only", lambda v: losses(v)[0]),
        wrong("halved", lambda v: losses(v).mean() / 2),
    ],
    "mse": [
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
        unless_named("the sum", lambda v: squares(v).sum(), "sum"),
        wrong("the root of the mean", lambda v: squares(v).mean().sqrt()),
        wrong("the mean of |y − y*|", lambda v: difference(v).abs().mean()),
        wrong("the mean of y − y*, without the square", lambda v: difference(v).mean()),
        wrong("the square of the mean difference", lambda v: difference(v).mean() ** 2),
    ],
}


def double_softmax(v: Roles) -> Tensor:
    return torch.softmax(torch.softmax(v["logits"], 1), 1)


def of_softmax_twice(v: Roles) -> Tensor:
    return losses_of(torch.log_softmax(torch.softmax(v["logits"], 1), 1), v).mean()


def with_constant(epsilon: float) -> Form:
    """Cross-entropy with a constant inside the logarithm, −log(q + ε), or with q held above it."""
    return wrong(
        f"with log(q + {epsilon:.1g})",
        lambda v: losses_of(torch.log(log_q(v).exp() + epsilon), v).mean(),
        "unstable",
        "log-constant",
        telling=True,
    )
