"""Activations, element by element: y = f(x), and backward ∂L/∂x = ∂L/∂y · f′(x).

`gradient` stands for ∂L/∂y. Each f′ is written with the *output* y, which is all that is saved for backward.
Derivations in full: docs/derivations/activations.md. (For complex numbers autograd wants the conjugate of f′,
`conj`, which a real number is itself.)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from charmlp.nn.checks import HandDerived, check_relu, refuse_inplace, require_dense


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
        return gradient * (y * (1 - y)).conj()


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
        return gradient * (1 - y * y).conj()


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
    """y = max(0, x), any shape. Raises `NotImplementedError` for `inplace`, and as docs/nn.md lists.

    >>> relu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """
    check_relu(input)
    refuse_inplace(inplace)
    return ReLUFunction.apply(input)


def sigmoid(input: Tensor) -> Tensor:
    """y = 1 / (1 + e⁻ˣ), any shape; whole numbers become floats, as in torch.

    >>> sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    require_dense("sigmoid", input)
    if not (input.is_floating_point() or input.is_complex()):
        input = input.to(torch.get_default_dtype())
    return SigmoidFunction.apply(input).to(input.dtype)  # on a GPU, torch.autocast widens exp


def tanh(input: Tensor) -> Tensor:
    """y = tanh x, any shape; whole numbers become floats, as in torch.

    >>> tanh(torch.tensor([-1000.0, 0.0, 1000.0]))
    tensor([-1.,  0.,  1.])
    """
    require_dense("tanh", input)
    return TanhFunction.apply(input)


def identity(input: Tensor) -> Tensor:
    """y = x, any shape, as a copy.

    >>> x = torch.tensor([1.0, 2.0])
    >>> y = identity(x).zero_()
    >>> x
    tensor([1., 2.])
    """
    require_dense("identity", input)
    return IdentityFunction.apply(input)


class ReLU(HandDerived, torch.nn.ReLU):
    """`torch.nn.ReLU` with the forward and backward of this file; `inplace=True` is refused."""

    def __init__(self, inplace: bool = False) -> None:
        refuse_inplace(inplace)
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """y = max(0, x), any shape."""
        return relu(input, self.inplace)


class Sigmoid(HandDerived, torch.nn.Sigmoid):
    """`torch.nn.Sigmoid` with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """y = 1 / (1 + e⁻ˣ), any shape."""
        return sigmoid(input)


class Tanh(HandDerived, torch.nn.Tanh):
    """`torch.nn.Tanh` with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """y = tanh x, any shape."""
        return tanh(input)


class Identity(HandDerived, torch.nn.Identity):
    """`torch.nn.Identity`, any constructor arguments, with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """y = x, any shape, as a copy."""
        return identity(input)
