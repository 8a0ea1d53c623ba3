"""Inputs that are exactly 0, and layers that are given a dimension more."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from charmlp.doctor import examine  # noqa: E402 (it follows what it needs)


class Shrink(torch.autograd.Function):
    """x m, whose backward gets the mask back by a division."""

    @staticmethod
    def forward(ctx, x, mask):
        y = x * mask / 0.6
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return torch.where(x == 0, g, y / x * g), None


class Rectify(torch.autograd.Function):
    """Right, whichever slope it takes at 0."""

    @staticmethod
    def forward(ctx, x):
        y = x.clamp(min=0)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return torch.where(y == 0, torch.zeros_like(g), g)


class Size(torch.autograd.Function):
    """Σ |x|, with 0/0 at 0."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.abs().sum()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x / x.abs()


class Wide(torch.autograd.Function):
    """x W + b for any number of dimensions; `SUM` is how the bias's gradient is summed."""

    SUM = staticmethod(lambda g: g.reshape(-1, g.shape[-1]).sum(0))

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight + bias

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        rows = x.reshape(-1, x.shape[-1]).T @ g.reshape(-1, g.shape[-1])
        return g @ weight.T, rows, Wide.SUM(g)


def names(operation: object) -> list[str]:
    return [mistake.name for mistake in examine(operation).mistakes]


def test_zeros() -> None:
    assert names(Shrink) == ["wrong-mask"]
    assert names(Size) == ["unstable"]
    assert names(Rectify) == []


def test_a_dimension_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(Wide) == []
    monkeypatch.setattr(Wide, "SUM", staticmethod(lambda g: g.sum(0)))
    assert names(Wide) == ["batch-not-summed"]
