"""What only looks like a mistake: a Function whose forward says nothing of the backward that is meant."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from charmlp.doctor import examine


def function(forward: Any, backward: Any, name: str = "Straight") -> type[torch.autograd.Function]:
    """One that keeps its input."""

    def kept(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        result: Tensor = forward(x)
        return result

    def led_back(ctx: Any, g: Tensor) -> Tensor:
        result: Tensor = backward(g, *ctx.saved_tensors)
        return result

    methods = {"forward": staticmethod(kept), "backward": staticmethod(led_back)}
    return type(name, (torch.autograd.Function,), methods)


@pytest.mark.parametrize(
    ("forward", "backward", "reason"),
    [
        (lambda x: x.sign(), lambda g, x: g * (x.abs() <= 1), "led-through"),
        (lambda x: x.round(), lambda g, x: g.clone(), "led-through"),
        (lambda x: x.sign(), lambda g, x: g * (x.abs() <= 1) * (1 + x.abs()), "flat"),
        (lambda x: x.view_as(x), lambda g, x: -0.3 * g, "hands-on"),
        (lambda x: x.view_as(x), lambda g, x: g.clamp(-0.1, 0.1), "hands-on"),
    ],
)
def test_a_backward_of_its_own_is_no_mistake(forward: Any, backward: Any, reason: str) -> None:
    found = examine(function(forward, backward))
    said = [found.reason.key] if found.reason is not None else [note.key for note in found.notes]
    assert not found.mistakes and said == [reason], found


def test_a_mask_of_the_upstream_gradient_is_one_whatever_is_meant() -> None:
    found = examine(function(lambda x: x.sign(), lambda g, x: g * (g.abs() <= 1) * (x.abs() <= 1)))
    assert [mistake.name for mistake in found.mistakes] == ["cotangent-distorted"], found


def test_what_is_called_the_identity_is_judged() -> None:
    found = examine(function(lambda x: x.view_as(x), lambda g, x: 2 * g, "Identity"))
    assert found.mistakes, found


class Linear(torch.autograd.Function):
    """Each gradient where it is asked for: the flags of `needs_input_grad` are `flags`."""

    flags = (0, 1)

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return x @ weight.T

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        first, second = Linear.flags
        grad_x = g @ weight if ctx.needs_input_grad[first] else None
        grad_weight = g.T @ x if ctx.needs_input_grad[second] else None
        return grad_x, grad_weight


@pytest.mark.parametrize("flags", [(0, 1), (0, 0), (1, 0)])
def test_each_gradient_is_there_where_it_alone_is_asked_for(
    flags: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Linear, "flags", flags)
    names = [mistake.name for mistake in examine(Linear).mistakes]
    assert names == ([] if flags == (0, 1) else ["missing-gradient"])


class Cell(torch.autograd.Function):
    """Two gates of one input: taken apart by `chunk`, which an odd number of columns would not fit."""

    @staticmethod
    def forward(ctx: Any, gates: Tensor, state: Tensor) -> Tensor:
        keep, new = gates.chunk(2, dim=1)
        keep, new = torch.sigmoid(keep), torch.tanh(new)
        ctx.save_for_backward(keep, new, state)
        return keep * state + new

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        keep, new, state = ctx.saved_tensors
        of_gates = torch.cat([g * state * keep * (1 - keep), g * (1 - new**2)], dim=1)
        return of_gates, g * keep


def test_gates_are_as_wide_as_the_state() -> None:
    assert examine(Cell), examine(Cell).text("en")


class LayerNormFn(torch.autograd.Function):
    """Called by its name: samples are rows, and no columns of a batch norm."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        scale = torch.rsqrt(x.var(-1, keepdim=True, unbiased=False) + eps)
        normal = (x - x.mean(-1, keepdim=True)) * scale
        ctx.save_for_backward(normal, scale, weight)
        return normal * weight + bias

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        normal, scale, weight = ctx.saved_tensors
        h = weight * g
        means = h.mean(-1, keepdim=True) + normal * (normal * h).mean(-1, keepdim=True)
        return (h - means) * scale, (g * normal).sum(0), g.sum(0), None


def test_a_layer_norm_function_is_a_layer_norm() -> None:
    found = examine(LayerNormFn)
    assert found and found.kind == "layer_norm", found.text("en")
