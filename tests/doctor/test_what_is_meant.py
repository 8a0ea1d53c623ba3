"""Forward is the mistake, its side effect, or where it is seldom seen: what says that, and what does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from charmlp.doctor import examine


def module(forward: Any, name: str) -> type[nn.Module]:
    return type(name, (nn.Module,), {"forward": forward, "__module__": __name__})


def one_more(self: nn.Module, x: Tensor) -> Tensor:
    largest = x.max(-1, keepdim=True).values
    e = torch.exp(x - largest)
    return e / (torch.exp(-largest) + e.sum(-1, keepdim=True))


def one_more_wrong(self: nn.Module, x: Tensor) -> Tensor:
    x = x - x.max(-1, keepdim=True).values
    e = torch.exp(x)
    return e / (1 + e.sum(-1, keepdim=True))


def focal(self: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
    p = torch.sigmoid(inputs)
    of_ones, of_zeros = (1 - p) ** 2 * torch.log(p), p**2 * torch.log(1 - p)
    return -(0.25 * targets * of_ones + 0.75 * (1 - targets) * of_zeros).sum()


def focal_wrong(self: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
    p = torch.sigmoid(inputs)
    of_ones, of_zeros = (1 - p) ** 2 * torch.log(p), (1 - p) ** 2 * torch.log(1 - p)
    return -(0.25 * targets * of_ones + 0.75 * (1 - targets) * of_zeros).sum()


def of_heads(self: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    w = torch.softmax(torch.einsum("bqhc,bkhc->bhqk", q, k) / q.shape[-1] ** 0.5, -1)
    return torch.einsum("bhqk,bkhc->bqhc", w, v)


def of_heads_wrong(self: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    w = torch.softmax(torch.einsum("bqhc,bkhc->bhqk", q, k) / q.shape[-1] ** 0.5, -1)
    return torch.einsum("bhqk,bkhc->bqhc", w, q)


@pytest.mark.parametrize(
    ("forward", "name", "said"),
    [
        (one_more, "SoftmaxOne", "engines-own"),
        (one_more_wrong, "SoftmaxOne", "forward-wrong.shift"),
        (focal, "FocalLoss", "healthy"),
        (focal_wrong, "FocalLoss", "forward-wrong.classes"),
        (of_heads, "ScaledDotProductAttention", "healthy"),
        (of_heads_wrong, "ScaledDotProductAttention", "forward-wrong.other"),
    ],
)
def test_an_engine_proves_no_forward(forward: Any, name: str, said: str) -> None:
    assert told(module(forward, name)) == said


def told(thing: Any) -> str:
    found = examine(thing)
    if found.mistakes:
        return ".".join(filter(None, (found.mistakes[0].name, found.mistakes[0].variant)))
    return found.reason.key if found.reason else found.verdict


class Scaled(nn.Module):
    """It divides by the root of the size that it is told, and has no weights that would show it."""

    def __init__(self, att_size: int = 7) -> None:
        super().__init__()
        self.scale = att_size**-0.5

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return torch.softmax(q * self.scale @ k.transpose(-2, -1), -1) @ v


def test_a_size_that_is_told() -> None:
    found = examine(type("ScaledAttention", (Scaled,), {}))
    assert found.verdict == "healthy" and found.kind == "attention", found


def rectified(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def rectified_derivative(x: np.ndarray) -> np.ndarray:
    x[x <= 0] = 0
    x[x > 0] = 1
    return x


def shares(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - np.max(x))
    return e / e.sum(1, keepdims=True)


def shares_derivative(x: np.ndarray) -> np.ndarray:
    s = shares(x)
    return s[:, :, None] * np.eye(s.shape[1]) - s[:, :, None] * s[:, None, :]


def every_second(x: np.ndarray) -> np.ndarray:
    return x[::2, ::2]


def every_second_backward(grad: np.ndarray) -> np.ndarray:
    return grad[::2, ::2]


def elu(x: np.ndarray, dzdy: Any = None) -> np.ndarray:
    if dzdy is None:
        return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)
    return np.asarray(dzdy * np.where(x > 0, 1, np.exp(np.minimum(x, 0))))


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        ((rectified, rectified_derivative), "edited-in-place.argument"),
        ((shares, shares_derivative), "unstable.forward"),
        ((every_second, every_second_backward), "kernel-not-flipped.again"),
        (elu, "healthy"),
    ],
)
def test_a_function_of_numpy(thing: Any, said: str) -> None:
    assert told(thing) == said


class Normalised(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        mean = x.mean(2, keepdim=True)
        ctx.inv = 1 / torch.sqrt(x.var(2, keepdim=True, unbiased=False) + 1e-5)
        return (x - mean) * ctx.inv

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return g * ctx.inv


class HardStep(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return (x + 3).clamp(0, 6) / 6

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return g / 6


class Gated(torch.autograd.Function):
    """Rows of a times b times a number for each row."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
        ctx.save_for_backward(a, b, scale)
        return a * b * scale[:, None]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        a, b, scale = ctx.saved_tensors
        da = torch.zeros_like(a)
        for i in range(len(a)):
            da[0] = g[i] * b[i] * scale[i]
        return da, g * a * scale[:, None], (g * a * b).sum(1)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (Normalised, "path-forgotten.use"),
        (HardStep, "relu-mask.nowhere"),
        (Gated, "not-accumulated.place"),
    ],
)
def test_a_function_of_torch(function: Any, said: str) -> None:
    assert told(function) == said
