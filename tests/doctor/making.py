"""Functions made from two lambdas: what the fixtures are written with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

FunctionClass = type[torch.autograd.Function]


def make(
    forward: Callable[..., Tensor], backward: Callable[..., Any], name: str = "Subject"
) -> FunctionClass:
    """An old-style Function: forward(*inputs) → y, and backward(g, y, *inputs) → gradients."""
    count = forward.__code__.co_argcount
    header = ", ".join(f"a{i}" for i in range(count))
    space: dict[str, Any] = {"f": forward}
    exec(f"def run(ctx, {header}):\n    return keep(ctx, f({header}), {header})", space)

    def keep(ctx: Any, y: Tensor, *inputs: Any) -> Tensor:
        ctx.kept = (y.detach().clone(), *inputs)
        return y

    space["keep"] = keep
    methods = {
        "forward": staticmethod(space["run"]),
        "backward": staticmethod(lambda ctx, g: backward(g, *ctx.kept)),
    }
    return type(name, (torch.autograd.Function,), methods)


def linear(backward: Callable[..., Any]) -> FunctionClass:
    """y = x Wᵀ + b with backward(g, y, x, w, b)."""
    return make(lambda x, w, b: x @ w.T + b, backward)


def relu(slope: Callable[..., Tensor]) -> FunctionClass:
    return make(lambda x: x.clamp(min=0), slope)


def sigmoid(slope: Callable[..., Tensor]) -> FunctionClass:
    return make(lambda x: torch.sigmoid(x), slope)


def tanh(slope: Callable[..., Tensor]) -> FunctionClass:
    return make(lambda x: torch.tanh(x), slope)


def softmax(slope: Callable[..., Tensor]) -> FunctionClass:
    return make(lambda z: torch.softmax(z, 1), slope)


def losses(z: Tensor, t: Tensor) -> Tensor:
    return -torch.log_softmax(z, 1)[torch.arange(len(z)), t]


def cross_entropy(
    gradient: Callable[[Tensor, Tensor, Tensor], Tensor],
    loss: Callable[[Tensor, Tensor], Tensor] = lambda z, t: losses(z, t).mean(),
) -> FunctionClass:
    """The mean over the batch with gradient(g, z, t): t one-hot; class indices come in."""

    def backward(g: Tensor, y: Tensor, z: Tensor, label: Tensor) -> Any:
        return gradient(g, z, torch.nn.functional.one_hot(label, z.shape[1]).to(z.dtype)), None

    return make(lambda z, label: loss(z, label), backward)


def mse(
    gradient: Callable[[Tensor, Tensor, Tensor], Tensor],
    loss: Callable[[Tensor, Tensor], Tensor] = lambda p, t: ((p - t) ** 2).mean(),
) -> FunctionClass:
    return make(lambda p, t: loss(p, t), lambda g, y, p, t: (gradient(g, p, t), None))
