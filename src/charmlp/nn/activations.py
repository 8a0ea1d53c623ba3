"""Activations, element by element: y = f(x), and backward ∂L/∂x = ∂L/∂y · f′(x).

`gradient` stands for ∂L/∂y. Each f′ is written with the *output* y, which is all that is saved for backward.
Derivations in full: docs/derivations/activations.md.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from charmlp.nn.checks import refuse_inplace, require_dense_real


class ReLUFunction(torch.autograd.Function):
    """y = max(0, x).

    f′(x) = 1 where x > 0, else 0 (at the kink x = 0, where there is none, 0 as in torch); x > 0 exactly where
    y > 0, so ∂L/∂x = ∂L/∂y · [y > 0]. Derivation in full: docs/derivations/activations.md.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.clamp(min=0)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradient.masked_fill(y <= 0, 0)  # a choice, not a product: ∞ · 0 would be nan


class SigmoidFunction(torch.autograd.Function):
    """y = 1 / (1 + e⁻ˣ).

    f′(x) = e⁻ˣ / (1 + e⁻ˣ)² = y · e⁻ˣ/(1 + e⁻ˣ) = y (1 − y), so ∂L/∂x = ∂L/∂y · y (1 − y).
    Stable: for x → −∞ the exponential becomes ∞ and y the limit 0.
    Derivation in full: docs/derivations/activations.md.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(-x))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradient * y * (1 - y)


class TanhFunction(torch.autograd.Function):
    """y = tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).

    The quotient rule: f′(x) = ((eˣ + e⁻ˣ)² − (eˣ − e⁻ˣ)²) / (eˣ + e⁻ˣ)² = 1 − y², so
    ∂L/∂x = ∂L/∂y · (1 − y²). Derivation in full: docs/derivations/activations.md.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return torch.tanh(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradient * (1 - y * y)


class IdentityFunction(torch.autograd.Function):
    """y = x, so f′(x) = 1 and ∂L/∂x = ∂L/∂y (docs/derivations/activations.md).

    y is a copy: writing into it leaves x as it is.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        pass  # nothing is needed for backward

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """y = max(0, x), any shape. Raises `NotImplementedError` for `inplace`, and as docs/nn.md lists."""
    require_dense_real("relu", input)
    refuse_inplace(inplace)
    return ReLUFunction.apply(input)


def sigmoid(input: Tensor) -> Tensor:
    """y = 1 / (1 + e⁻ˣ), any shape; whole numbers become floats, as in torch."""
    require_dense_real("sigmoid", input)
    return SigmoidFunction.apply(input if input.is_floating_point() else input.to(torch.get_default_dtype()))


def tanh(input: Tensor) -> Tensor:
    """y = tanh x, any shape; whole numbers become floats, as in torch."""
    require_dense_real("tanh", input)
    return TanhFunction.apply(input)


def identity(input: Tensor) -> Tensor:
    """y = x, any shape, as a copy."""
    require_dense_real("identity", input)
    return IdentityFunction.apply(input)


class ReLU(torch.nn.ReLU):
    """`torch.nn.ReLU` with the forward and backward of this file; `inplace=True` is refused."""

    def __init__(self, inplace: bool = False) -> None:
        refuse_inplace(inplace)
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return relu(input, self.inplace)


class Sigmoid(torch.nn.Sigmoid):
    """`torch.nn.Sigmoid` with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        return sigmoid(input)


class Tanh(torch.nn.Tanh):
    """`torch.nn.Tanh` with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        return tanh(input)


class Identity(torch.nn.Identity):
    """`torch.nn.Identity`, any constructor arguments, with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        return identity(input)
