"""No false alarm: torch's operations, charmlp's own, and right implementations in unusual styles."""

from __future__ import annotations

import functools
import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import charmlp.nn
from charmlp.doctor import examine
from charmlp.nn.activations import IdentityFunction, ReLUFunction, SigmoidFunction, TanhFunction
from charmlp.nn.linear import LinearFunction
from charmlp.nn.losses import CrossEntropyFunction, MSELossFunction
from tests.doctor.making import cross_entropy, linear, losses, make, mse, relu, sigmoid, softmax, tanh
from tests.doctor.wrong_ones import q, softmax_backward
from tests.sampling import one_in

TORCH = {
    "linear": [F.linear, nn.Linear, nn.Linear(4, 2), nn.Linear(4, 2, bias=False), nn.Linear(4, 1)],
    "relu": [F.relu, torch.relu, nn.ReLU, nn.ReLU(), nn.ReLU(inplace=True)],
    "sigmoid": [torch.sigmoid, F.sigmoid, nn.Sigmoid()],
    "tanh": [torch.tanh, F.tanh, nn.Tanh()],
    "softmax": [F.softmax, nn.Softmax(dim=-1), nn.Softmax],
    "cross_entropy": [F.cross_entropy, nn.CrossEntropyLoss(), nn.CrossEntropyLoss],
    "mse": [F.mse_loss, nn.MSELoss(), nn.MSELoss],
    "identity": [nn.Identity()],
}
OURS = {
    "linear": [charmlp.nn.Linear, charmlp.nn.functional.linear, LinearFunction],
    "relu": [charmlp.nn.ReLU, charmlp.nn.functional.relu, ReLUFunction],
    "sigmoid": [charmlp.nn.Sigmoid, charmlp.nn.functional.sigmoid, SigmoidFunction],
    "tanh": [charmlp.nn.Tanh, charmlp.nn.functional.tanh, TanhFunction],
    "identity": [charmlp.nn.Identity, charmlp.nn.functional.identity, IdentityFunction],
    "cross_entropy": [charmlp.nn.CrossEntropyLoss, charmlp.nn.functional.cross_entropy, CrossEntropyFunction],
    "mse": [charmlp.nn.MSELoss, charmlp.nn.functional.mse_loss, MSELossFunction],
}
LIBRARIES = [(kind, thing) for group in (TORCH, OURS) for kind, things in group.items() for thing in things]


@pytest.mark.parametrize(
    ("kind", "thing"), one_in(3, LIBRARIES), ids=lambda value: getattr(value, "__name__", str(value))
)
def test_libraries_are_healthy(kind: str, thing: Any) -> None:
    diagnosis = examine(thing)
    assert (diagnosis.verdict, diagnosis.kind) == ("healthy", kind), diagnosis


class InPlaceReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        x.clamp_(min=0)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        (x,) = ctx.saved_tensors
        return g * (x > 0)


class NewStyleInPlace(torch.autograd.Function):
    @staticmethod
    def forward(x):  # type: ignore[no-untyped-def]
        return x.tanh_()

    @staticmethod
    def setup_context(ctx, inputs, output):  # type: ignore[no-untyped-def]
        ctx.mark_dirty(inputs[0])
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        (y,) = ctx.saved_tensors
        return g * (1 - y * y)


class ByLoops(torch.autograd.Function):
    """A matrix of exactly two dimensions, element by element, float32 only."""

    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        y = torch.zeros(x.shape)
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                y[i, j] = 1 / (1 + math.exp(-float(x[i, j]))) if x[i, j] > -700 else 0.0
        ctx.y = y
        return y

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        return g * ctx.y * (1 - ctx.y)


class Dropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        ctx.mask = (torch.rand_like(x) > 0.3) / 0.7
        return x * ctx.mask

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        return g * ctx.mask


class OnlySingle(torch.autograd.Function):
    """A matrix product with a float32 constant: float64 inputs are refused."""

    @staticmethod
    def forward(ctx, x, w, b):  # type: ignore[no-untyped-def]
        ctx.save_for_backward(x, w)
        return x @ w.T @ torch.eye(w.shape[0]) + b

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        x, w = ctx.saved_tensors
        return g @ w, g.T @ x, g.sum(0)


def one_hot_loss(z: Tensor, t: Tensor) -> Tensor:
    return -(t * torch.log_softmax(z, 1)).sum() / len(z)


RIGHT = {
    "relu with >=": relu(lambda g, y, x: g * (x >= 0)),
    "relu by sign": relu(lambda g, y, x: g * x.sign().clamp(min=0)),
    "relu with slope ½ at 0": relu(lambda g, y, x: g * torch.heaviside(x, torch.tensor(0.5, dtype=x.dtype))),
    "relu by where": relu(lambda g, y, x: torch.where(y > 0, g, torch.zeros_like(g))),
    "relu in place": InPlaceReLU,
    "tanh in place": NewStyleInPlace,
    "sigmoid by loops": ByLoops,
    "linear, float32 only": OnlySingle,
    "sigmoid of x": sigmoid(lambda g, y, x: g * torch.sigmoid(x) * (1 - torch.sigmoid(x))),
    "tanh as (1 − y)(1 + y)": tanh(lambda g, y, x: g * (1 - y) * (1 + y)),
    "softmax": softmax(lambda g, y, z: softmax_backward(y, g)),
    "linear, x W": make(lambda x, w, b: x @ w + b, lambda g, y, x, w, b: (g @ w.T, x.T @ g, g.sum(0))),
    "linear, W first": make(lambda w, b, x: x @ w.T + b, lambda g, y, w, b, x: (g.T @ x, g.sum(0), g @ w)),
    "linear, columns": make(
        lambda w, x, b: w.T @ x + b, lambda g, y, w, x, b: (x @ g.T, w @ g, g.sum(1, keepdim=True))
    ),
    "linear, no bias": make(lambda x, w: x @ w.T, lambda g, y, x, w: (g @ w, g.T @ x)),
    "linear by einsum": linear(
        lambda g, y, x, w, b: (torch.einsum("nk,kd->nd", g, w), torch.einsum("nk,nd->kd", g, x), g.sum(0))
    ),
    "one-hot": make(one_hot_loss, lambda g, y, z, t: (g * (q(z) - t) / len(z), None)),
    "one-hot, with a gradient of the label": make(
        one_hot_loss, lambda g, y, z, t: (g * (q(z) - t) / len(z), -g * q(z).log() / len(z))
    ),
    "label first": make(
        lambda t, z: losses(z, t).mean(),
        lambda g, y, t, z: (None, g * (q(z) - F.one_hot(t, z.shape[1])) / len(z)),
    ),
    "loss of shape (1,)": make(
        lambda z, t: losses(z, t).mean().reshape(1),
        lambda g, y, z, t: (g * (q(z) - F.one_hot(t, z.shape[1])) / len(z), None),
    ),
    "the sum of the losses": cross_entropy(lambda g, z, t: g * (q(z) - t), lambda z, t: losses(z, t).sum()),
    "one loss a row": cross_entropy(lambda g, z, t: g[:, None] * (q(z) - t), losses),
    "half the mean square": mse(
        lambda g, p, t: g * (p - t) / p.numel(), lambda p, t: ((p - t) ** 2).mean() / 2
    ),
    "both gradients": make(
        lambda p, t: ((p - t) ** 2).mean(),
        lambda g, y, p, t: (2 * g * (p - t) / p.numel(), 2 * g * (t - p) / p.numel()),
    ),
    "trailing None": make(lambda x: x.exp(), lambda g, y, x: (g * y, None)),
    "dropout": Dropout,
    "three inputs": make(lambda a, b, c: a * b + c, lambda g, y, a, b, c: (g * b, g * a, g)),
    "a tiny gradient": make(lambda x: 1e-9 * x**2, lambda g, y, x: 2e-9 * g * x),
    "|x|": make(lambda x: x.abs(), lambda g, y, x: g * x.sign()),
    "a softmax over columns": make(lambda z: torch.softmax(z, 0), lambda g, y, z: y * (g - (g * y).sum(0))),
}


@pytest.mark.parametrize("title", one_in(2, RIGHT))
def test_right_variants_are_healthy(title: str) -> None:
    diagnosis = examine(RIGHT[title])
    assert diagnosis.verdict == "healthy", diagnosis


def test_a_choice_at_the_kink_is_a_note() -> None:
    """Row 17: with >= the slope at 0 is 1, which torch does not take, and which is as right."""
    diagnosis = examine(RIGHT["relu with >="])
    assert diagnosis.verdict == "healthy"
    assert any("kink" in note.text() for note in diagnosis.notes)
    assert not examine(torch.relu).notes


def test_float32_only_is_a_note() -> None:
    notes = [note.key for note in examine(RIGHT["linear, float32 only"]).notes]
    assert notes == ["float32-only"]


@pytest.mark.full
def test_composed_networks_are_healthy() -> None:
    net = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3), nn.ReLU())
    for thing in (
        net,
        charmlp.nn.MLP,
        charmlp.nn.MLP(6, 3, 4, act_type="sigmoid"),
        nn.LayerNorm(7),
        nn.Conv2d(3, 2, 3),
    ):
        assert examine(thing).verdict == "healthy", examine(thing)


@pytest.mark.parametrize(
    ("fn", "inputs", "kind"),
    [
        (functools.partial(F.linear, bias=None), (torch.randn(2, 3), torch.randn(4, 3)), "linear"),
        (torch.relu, [torch.tensor([-1.0, 2.0])], "relu"),
        (F.cross_entropy, (torch.randn(4, 4), torch.tensor([0, 1, 2, 2])), "cross_entropy"),
        (torch.nn.functional.softplus, (torch.randn(3),), "softplus"),
        (nn.Linear(3, 2), (torch.randn(5, 3),), "linear"),
        (torch.bmm, (torch.randn(2, 3, 4), torch.randn(2, 4, 2)), None),
    ],
)
def test_given_inputs(fn: Any, inputs: Any, kind: str | None) -> None:
    before = [x.clone() for x in inputs]
    diagnosis = examine(fn, inputs)
    assert (diagnosis.verdict, diagnosis.kind) == ("healthy", kind), diagnosis
    assert all(torch.equal(x, y) for x, y in zip(before, inputs, strict=True))
