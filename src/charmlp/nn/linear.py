"""The linear layer: y = x Wᵀ + b."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from charmlp.nn.checks import HandDerived, check_linear
from charmlp.nn.precision import autocast


class LinearFunction(torch.autograd.Function):
    """y = x Wᵀ + b for row vectors: yₙₖ = Σᵢ xₙᵢ Wₖᵢ + bₖ.

    x: N×D   W: K×D   b: K   y: N×K   (instead of N any leading dimensions, or none)

    With g = ∂L/∂y (N×K), what the layer above hands down, the chain rule sums over all ways to L:

        xₙᵢ goes into every output k of its row n:     ∂L/∂xₙᵢ = Σₖ gₙₖ Wₖᵢ     ∂L/∂x = g W      N×D
        Wₖᵢ ties input i to output k in every row n:   ∂L/∂Wₖᵢ = Σₙ gₙₖ xₙᵢ     ∂L/∂W = gᵀ x     K×D
        bₖ is copied to output k of every row n:       ∂L/∂bₖ  = Σₙ gₙₖ         ∂L/∂b = Σₙ gₙ    K

    Saved for backward: the inputs x and W. Derivation in full: docs/derivations/linear.md. (For complex
    numbers autograd wants the conjugates of W and x, `conj`, which real numbers are themselves.)
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        y = x @ weight.T
        return y if bias is None else y + bias

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        x, weight, _ = inputs
        ctx.save_for_backward(x, weight)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        rows = list(range(x.dim() - 1))  # the leading dimensions, over which ∂L/∂W and ∂L/∂b are summed
        grad_x = gradient @ weight.conj() if needs_x else None
        grad_weight = torch.tensordot(gradient, x.conj(), dims=(rows, rows)) if needs_weight else None
        grad_bias = gradient.sum_to_size(gradient.shape[-1]) if needs_bias else None
        return grad_x, grad_weight, grad_bias


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y = x Wᵀ + b; input: …×D, weight: K×D, bias: K, result: …×K.

    Raises `RuntimeError` where the shapes do not fit, and `NotImplementedError` (which is one) for what
    docs/nn.md lists as not supported.

    >>> linear(torch.tensor([[1.0, 2.0]]), weight=torch.tensor([[3.0, 4.0]]), bias=torch.tensor([0.5]))
    tensor([[11.5000]])
    """
    check_linear(input, weight, bias)
    return LinearFunction.apply(*autocast(input, weight, bias))


class Linear(HandDerived, torch.nn.Linear):
    """`torch.nn.Linear` with the forward and backward of this file.

    weight: K×D, bias: K; both start uniform in ±1/√D, drawn as torch draws them.
    """

    def forward(self, input: Tensor) -> Tensor:
        """y = x Wᵀ + b; input: …×D, result: …×K."""
        return linear(input, self.weight, self.bias)
