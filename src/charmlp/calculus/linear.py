"""Linear layer: y = x Wᵀ + b                              x: N×D   W: K×D   b: K   y: N×K"""

import numpy as np

from charmlp.calculus.elements import Array


def linear(x: Array, weight: Array, bias: Array, out: Array | None = None) -> Array:
    """y = x Wᵀ + b (docs/derivations/linear.md)."""
    y = np.matmul(x, weight.T, out=out)
    y += bias
    return y


def linear_backward_input(gradient: Array, weight: Array, out: Array | None = None) -> Array:
    """∂L/∂x = ∂L/∂y W, N×D: row n of x meets each output k through W's row k (docs/derivations/linear.md)."""
    return np.matmul(gradient, weight, out=out)


def linear_backward_weight(gradient: Array, x: Array, out: Array | None = None) -> Array:
    """∂L/∂W = (∂L/∂y)ᵀ x, K×D: the batch is summed by the product (docs/derivations/linear.md)."""
    return np.matmul(gradient.T, x, out=out)


def linear_backward_bias(gradient: Array, out: Array | None = None) -> Array:
    """∂L/∂b = Σₙ ∂L/∂yₙ, K: b was copied to every row, and the adjoint of a copy is a sum.

    Derivation: docs/derivations/linear.md.
    """
    return np.add.reduce(gradient, axis=0, out=out)
