"""Wrong implementations, at least one for every row, each with the names that the doctor must say."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from tests.doctor.making import cross_entropy, linear, losses, make, mse, relu, sigmoid, softmax, tanh


@dataclass(frozen=True)
class Wrong:
    title: str
    function: Any
    names: set[str]
    kind: str | None = None  # said with --as; None: recognised by what it computes

    def __str__(self) -> str:
        return self.title


def q(z: torch.Tensor) -> torch.Tensor:
    return torch.softmax(z, 1)


def right_linear(g: Any, y: Any, x: Any, w: Any, b: Any) -> Any:
    return g @ w, g.T @ x, g.sum(0)


def n(z: torch.Tensor) -> int:
    return z.shape[0]


def softmax_backward(y: Any, g: Any) -> Any:
    return y * (g - (g * y).sum(1, keepdim=True))


def edits_cotangent(g: Any, y: Any, x: Any) -> Any:
    g[x < 0] = 0
    return g


class EditsSaved(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        y = x.clamp(min=0)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        (y,) = ctx.saved_tensors
        y[y > 0] = 1
        return y * g


class EditsAttribute(torch.autograd.Function):
    @staticmethod
    def forward(x):  # type: ignore[no-untyped-def]
        return torch.tanh(x)

    @staticmethod
    def setup_context(ctx, inputs, output):  # type: ignore[no-untyped-def]
        ctx.y = output.detach().clone()

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        return g * (1 - ctx.y.mul_(ctx.y))


class OverwritesInput(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        x[x < 0] = 0
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        (x,) = ctx.saved_tensors
        return g * (x > 0)


class OverwritesThenMasks(OverwritesInput):
    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        (x,) = ctx.saved_tensors
        return g * (x >= 0)


class Counter:
    count = 0


def drifting(x: torch.Tensor) -> torch.Tensor:
    Counter.count += 1
    return torch.tanh(x) + 1e-3 * Counter.count


def naive_log_loss(z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return -torch.log(q(z)[torch.arange(n(z)), t]).mean()


def hidden_constant(z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return -torch.log(q(z)[torch.arange(n(z)), t] + 1e-9).mean()


WRONG = [
    Wrong("1 no mean", cross_entropy(lambda g, z, t: g * (q(z) - t)), {"missing-mean"}),
    Wrong(
        "1 no mean, one-hot",
        make(
            lambda z, t: -(t * torch.log_softmax(z, 1)).sum() / n(z),
            lambda g, y, z, t: (g * (q(z) - t), None),
        ),
        {"missing-mean"},
    ),
    Wrong("1 no mean, squares", mse(lambda g, p, t: 2 * g * (p - t)), {"missing-mean"}),
    Wrong("2 mean twice", cross_entropy(lambda g, z, t: g * (q(z) - t) / n(z) ** 2), {"extra-mean"}),
    Wrong(
        "2 mean in the layer",
        linear(lambda g, y, x, w, b: (g @ w, g.T @ x / n(x), g.mean(0))),
        {"extra-mean"},
    ),
    Wrong("3 divided by N·C", cross_entropy(lambda g, z, t: g * (q(z) - t) / z.numel()), {"wrong-divisor"}),
    Wrong("3 divided by N, squares", mse(lambda g, p, t: 2 * g * (p - t) / n(p)), {"wrong-divisor"}),
    Wrong("4 half", mse(lambda g, p, t: g * (p - t) / p.numel()), {"factor-two"}),
    Wrong(
        "4 twice",
        mse(lambda g, p, t: 2 * g * (p - t) / p.numel(), lambda p, t: ((p - t) ** 2).mean() / 2),
        {"factor-two"},
    ),
    Wrong("5 sign, loss", cross_entropy(lambda g, z, t: g * (t - q(z)) / n(z)), {"sign-flipped"}),
    Wrong("5 sign, tanh", tanh(lambda g, y, x: g * (y * y - 1)), {"sign-flipped"}),
    Wrong("6 bias not summed", linear(lambda g, y, x, w, b: (g @ w, g.T @ x, g)), {"batch-not-summed"}),
    Wrong(
        "6 bias with keepdim",
        linear(lambda g, y, x, w, b: (g @ w, g.T @ x, g.sum(0, keepdim=True))),
        {"batch-not-summed"},
    ),
    Wrong(
        "6 bias summed over outputs",
        linear(lambda g, y, x, w, b: (g @ w, g.T @ x, g.sum(1))),
        {"batch-not-summed"},
    ),
    Wrong(
        "6 weight not summed",
        linear(lambda g, y, x, w, b: (g @ w, torch.einsum("nk,nd->nkd", g, x), g.sum(0))),
        {"batch-not-summed"},
    ),
    Wrong("7 bias averaged", linear(lambda g, y, x, w, b: (g @ w, g.T @ x, g.mean(0))), {"bias-averaged"}),
    Wrong(
        "8 weight transposed", linear(lambda g, y, x, w, b: (g @ w, x.T @ g, g.sum(0))), {"weight-transposed"}
    ),
    Wrong(
        "8 weight transposed, x W",
        make(lambda x, w, b: x @ w + b, lambda g, y, x, w, b: (g @ w.T, g.T @ x, g.sum(0))),
        {"weight-transposed"},
    ),
    Wrong(
        "9 g Wᵀ", linear(lambda g, y, x, w, b: (g @ w.T, g.T @ x, g.sum(0))), {"wrong-transpose-for-input"}
    ),
    Wrong(
        "9 g W, x W",
        make(lambda x, w, b: x @ w + b, lambda g, y, x, w, b: (g @ w, x.T @ g, g.sum(0))),
        {"wrong-transpose-for-input"},
    ),
    Wrong("10 weight first", linear(lambda g, y, x, w, b: (g.T @ x, g @ w, g.sum(0))), {"wrong-order"}),
    Wrong(
        "10 label first",
        make(
            lambda z, t: losses(z, t).mean(),
            lambda g, y, z, t: (None, g * (q(z) - torch.nn.functional.one_hot(t, z.shape[1])) / n(z)),
        ),
        {"wrong-order"},
    ),
    Wrong("11 no bias gradient", linear(lambda g, y, x, w, b: (g @ w, g.T @ x, None)), {"missing-gradient"}),
    Wrong("11 too few", linear(lambda g, y, x, w, b: (g @ w, g.T @ x)), {"missing-gradient"}),
    Wrong(
        "11 one for two",
        make(
            lambda z, t: losses(z, t).mean(),
            lambda g, y, z, t: g * (q(z) - torch.nn.functional.one_hot(t, z.shape[1])) / n(z),
        ),
        {"missing-gradient"},
    ),
    Wrong("12 ignored, loss", cross_entropy(lambda g, z, t: (q(z) - t) / n(z)), {"cotangent-ignored"}),
    Wrong("12 ignored, tanh", tanh(lambda g, y, x: 1 - y * y), {"cotangent-ignored"}),
    Wrong("13 squared, relu", relu(lambda g, y, x: g * g * (x > 0)), {"cotangent-twice"}),
    Wrong("13 squared, loss", cross_entropy(lambda g, z, t: g * g * (q(z) - t) / n(z)), {"cotangent-twice"}),
    Wrong("14 masked", relu(lambda g, y, x: g * (x > 0) * (g > 0)), {"cotangent-distorted"}),
    Wrong("14 abs", tanh(lambda g, y, x: g.abs() * (1 - y * y)), {"cotangent-distorted"}),
    Wrong("14 clipped", sigmoid(lambda g, y, x: g.clamp(-1, 1) * y * (1 - y)), {"cotangent-distorted"}),
    Wrong(
        "14 clipped far out", sigmoid(lambda g, y, x: g.clamp(-50, 50) * y * (1 - y)), {"cotangent-distorted"}
    ),
    Wrong("14 sign", tanh(lambda g, y, x: g.sign() * (1 - y * y)), {"cotangent-distorted"}),
    Wrong("14 normalised", tanh(lambda g, y, x: g / g.norm() * (1 - y * y)), {"cotangent-distorted"}),
    Wrong("15 no mask", relu(lambda g, y, x: g), {"relu-mask"}),
    Wrong("15 inverted", relu(lambda g, y, x: g * (x <= 0)), {"relu-mask"}),
    Wrong("15 leaks", relu(lambda g, y, x: torch.where(x > 0, g, 0.1 * g)), {"relu-mask"}),
    Wrong("15 overwritten, then x >= 0", OverwritesThenMasks, {"relu-mask", "edited-in-place"}),
    Wrong("16 mask of g", relu(lambda g, y, x: g * (g > 0)), {"wrong-mask"}),
    Wrong("16 mask of another tensor", relu(lambda g, y, x: g * (x.flip(0) > 0)), {"wrong-mask"}),
    Wrong("18 x (1 − x)", sigmoid(lambda g, y, x: g * x * (1 - x)), {"wrong-variable"}),
    Wrong(
        "18 σ(y)", sigmoid(lambda g, y, x: g * torch.sigmoid(y) * (1 - torch.sigmoid(y))), {"wrong-variable"}
    ),
    Wrong("18 1 − x²", tanh(lambda g, y, x: g * (1 - x * x)), {"wrong-variable"}),
    Wrong("18 1 − y", tanh(lambda g, y, x: g * (1 - y)), {"wrong-variable"}),
    Wrong("19 diagonal", softmax(lambda g, y, z: g * y * (1 - y)), {"softmax-diagonal"}),
    Wrong(
        "19 diagonal, loss", cross_entropy(lambda g, z, t: g * t * (q(z) - 1) / n(z)), {"softmax-diagonal"}
    ),
    Wrong("20 target forgotten", cross_entropy(lambda g, z, t: g * q(z) / n(z)), {"target-forgotten"}),
    Wrong("21 twice in backward", cross_entropy(lambda g, z, t: g * (q(q(z)) - t) / n(z)), {"softmax-twice"}),
    Wrong(
        "21 twice in forward",
        cross_entropy(lambda g, z, t: g * (q(z) - t) / n(z), lambda z, t: losses(q(z), t).mean()),
        {"softmax-twice"},
        "cross_entropy",
    ),
    Wrong(
        "22 naive softmax",
        make(lambda z: z.exp() / z.exp().sum(1, keepdim=True), lambda g, y, z: softmax_backward(y, g)),
        {"unstable"},
    ),
    Wrong(
        "22 naive tanh",
        make(lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()), lambda g, y, x: g * (1 - y * y)),
        {"unstable"},
    ),
    Wrong(
        "22 naive sigmoid",
        make(lambda x: x.exp() / (1 + x.exp()), lambda g, y, x: g * y * (1 - y)),
        {"unstable"},
    ),
    Wrong(
        "22 backward of sigmoid",
        sigmoid(lambda g, y, x: g * (-x).exp() / (1 + (-x).exp()) ** 2),
        {"unstable"},
    ),
    Wrong("22 log of 0", cross_entropy(lambda g, z, t: g * (q(z) - t) / n(z), naive_log_loss), {"unstable"}),
    Wrong(
        "22 constant in the log",
        cross_entropy(lambda g, z, t: g * (q(z) - t) / n(z), hidden_constant),
        {"unstable"},
    ),
    Wrong("22 nan at 0", relu(lambda g, y, x: g * y / x), {"unstable"}),
    Wrong("23 saved output", EditsSaved, {"saved-edited"}),
    Wrong("23 attribute", EditsAttribute, {"saved-edited"}),
    Wrong("24 edits grad_output", relu(edits_cotangent), {"edited-in-place"}),
    Wrong("24 overwrites its input", OverwritesInput, {"edited-in-place"}),
    Wrong(
        "25 noise",
        make(lambda x: x.clamp(min=0) + 1e-3 * torch.randn_like(x), lambda g, y, x: g * (x > 0)),
        {"random-forward"},
        "relu",
    ),
    Wrong(
        "25 numpy's noise",
        make(
            lambda x: x.clamp(min=0) + 1e-3 * torch.tensor(np.random.rand(*x.shape)),  # noqa: NPY002
            lambda g, y, x: g * (x > 0),
        ),
        {"random-forward"},
        "relu",
    ),
    Wrong(
        "25 a counter",
        make(drifting, lambda g, y, x: g * (1 - torch.tanh(x) ** 2)),
        {"random-forward"},
        "tanh",
    ),
    Wrong(
        "25 random backward",
        tanh(lambda g, y, x: g * (1 - y * y) * (1 + random.SystemRandom().random())),
        {"random-forward"},
    ),
    Wrong("26 float32 mask", relu(lambda g, y, x: g.float() * (x > 0).float()), {"wrong-dtype"}),
    Wrong("26 float64 gradient", sigmoid(lambda g, y, x: g.double() * y * (1 - y)), {"wrong-dtype"}),
    Wrong(
        "26 float32 inside",
        tanh(lambda g, y, x: (g.float() * (1 - y.float() ** 2)).to(x.dtype)),
        {"wrong-dtype"},
    ),
    Wrong(
        "27 sum for mean",
        cross_entropy(lambda g, z, t: g * (q(z) - t), lambda z, t: losses(z, t).sum()),
        {"forward-wrong"},
        "cross_entropy",
    ),
    Wrong(
        "27 bias forgotten",
        make(lambda x, w, b: x @ w.T, lambda g, y, x, w, b: (g @ w, g.T @ x, 0 * g.sum(0))),
        {"forward-wrong"},
        "linear",
    ),
    Wrong("27 |x|", make(lambda x: x.abs(), lambda g, y, x: g * x.sign()), {"forward-wrong"}, "relu"),
    Wrong(
        "27 steeper",
        make(lambda x: torch.tanh(3 * x), lambda g, y, x: 3 * g * (1 - y * y)),
        {"forward-wrong"},
        "tanh",
    ),
    # Two at once
    Wrong(
        "1 and 22",
        cross_entropy(lambda g, z, t: g * (q(z) - t), hidden_constant),
        {"missing-mean", "unstable"},
    ),
    Wrong("1 and 5", cross_entropy(lambda g, z, t: g * (t - q(z))), {"missing-mean", "sign-flipped"}),
    Wrong("1 and 12", cross_entropy(lambda g, z, t: q(z) - t), {"missing-mean", "cotangent-ignored"}),
    Wrong("1 and 20", cross_entropy(lambda g, z, t: g * q(z)), {"missing-mean", "target-forgotten"}),
    Wrong("3 and 4", mse(lambda g, p, t: g * (p - t) / n(p)), {"wrong-divisor", "factor-two"}),
    Wrong(
        "6 and 8",
        linear(lambda g, y, x, w, b: (g @ w, x.T @ g, g)),
        {"batch-not-summed", "weight-transposed"},
    ),
    Wrong(
        "6 and 9",
        linear(lambda g, y, x, w, b: (g @ w.T, g.T @ x, g)),
        {"batch-not-summed", "wrong-transpose-for-input"},
    ),
    Wrong(
        "7 and 9",
        linear(lambda g, y, x, w, b: (g @ w.T, g.T @ x, g.mean(0))),
        {"bias-averaged", "wrong-transpose-for-input"},
    ),
    Wrong("13 and 15", relu(lambda g, y, x: g * g), {"cotangent-twice", "relu-mask"}),
    Wrong("5 and 18", tanh(lambda g, y, x: -g * (1 - x * x)), {"sign-flipped", "wrong-variable"}),
    Wrong("15 and 24", relu(lambda g, y, x: g.mul_(1.0)), {"relu-mask", "edited-in-place"}),
    Wrong("26 and 5", tanh(lambda g, y, x: -(g * (1 - y * y)).float()), {"wrong-dtype", "sign-flipped"}),
    # Without a row
    Wrong("three times", tanh(lambda g, y, x: 3.7 * g * (1 - y * y)), {"constant-factor"}),
    Wrong("backward raises", tanh(lambda g, y, x: g @ y), {"backward-raises"}),
    Wrong("something else", tanh(lambda g, y, x: g * torch.sin(5 * x)), {"unrecognised"}),
]
