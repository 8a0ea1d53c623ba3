"""The linear layer: y = x Wᵀ + b."""

from typing import Any

import torch
from torch import Tensor

from charmlp.nn.checks import HandDerived, check_linear
from charmlp.nn.function import HandDerivedFunction, save
from charmlp.nn.precision import autocast


class LinearFunction(HandDerivedFunction):
    """y = x Wᵀ + b for row vectors: yₙₖ = Σᵢ xₙᵢ Wₖᵢ + bₖ.

    x: N×D   W: K×D   b: K   y: N×K   (instead of N any leading dimensions, or none)

    With the upstream gradient g = ∂L/∂y (N×K), the chain rule sums over all paths to L:

        xₙᵢ goes into every output k of its row n:     ∂L/∂xₙᵢ = Σₖ gₙₖ Wₖᵢ     ∂L/∂x = g W      N×D
        Wₖᵢ ties input i to output k in every row n:   ∂L/∂Wₖᵢ = Σₙ gₙₖ xₙᵢ     ∂L/∂W = gᵀ x     K×D
        bₖ is copied to output k of every row n:       ∂L/∂bₖ  = Σₙ gₙₖ         ∂L/∂b = Σₙ gₙ    K

    Forward mode by the product rule: tangent ẏ = ẋ Wᵀ + x Ẇᵀ + ḃ.
    Saved for backward: the inputs x and W. Derivation in full: docs/derivations/linear.md. (For complex
    numbers autograd wants the conjugates of W and x, `conj`, which real numbers are themselves.)
    """

    @staticmethod
    def forward(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        y = x @ weight.T
        return y if bias is None else y + bias

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        x, weight, _ = inputs
        save(ctx, x, weight)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        rows = list(range(x.dim() - 1))  # the leading dimensions, over which ∂L/∂W and ∂L/∂b are summed
        grad_x = gradient @ weight.conj() if needs_x else None
        grad_weight = torch.tensordot(gradient, x.conj(), dims=(rows, rows)) if needs_weight else None
        grad_bias = gradient.sum_to_size(gradient.shape[-1]) if needs_bias else None
        return grad_x, grad_weight, grad_bias

    @staticmethod
    def jvp(ctx: Any, x_tangent: Tensor, weight_tangent: Tensor, bias_tangent: Tensor | None) -> Tensor:
        x, weight = ctx.saved_tensors
        tangent = x_tangent @ weight.T + x @ weight_tangent.T
        return tangent if bias_tangent is None else tangent + bias_tangent


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y = x Wᵀ + b; input: …×D, weight: K×D, bias: K, result: …×K.

    Raises `RuntimeError` where the shapes do not fit, and `NotImplementedError` (which is one) for what
    docs/nn.md lists as not supported.

    >>> linear(torch.tensor([[1.0, 2.0]]), weight=torch.tensor([[3.0, 4.0]]), bias=torch.tensor([0.5]))
    tensor([[11.5000]])
    """
    check_linear(input, weight, bias)
    return LinearFunction.call(*autocast(input, weight, bias))


class Linear(HandDerived, torch.nn.Linear):
    """`torch.nn.Linear` with the forward and backward of this file.

    weight: K×D, bias: K; both start uniform in ±1/√D, drawn as torch draws them.
    """

    def forward(self, input: Tensor) -> Tensor:
        """y = x Wᵀ + b; input: …×D, result: …×K."""
        return linear(input, self.weight, self.bias)
