"""The formulas on NumPy arrays: forward and backward of each operation, side by side.

Notation: a batch is a matrix of row vectors; L is the scalar loss; the gradient of L by an array has the
array's shape. `gradient` stands for ∂L/∂y, what the layer above hands down; each `…_backward` multiplies it
by the operation's own derivative. Derivations: docs/derivations/. The same formulas for PyTorch, with double
backward, are in `charmlp.nn`; tests prove that both agree.

Every function takes any float dtype and returns the same; `out` is an array for the result.
"""

from charmlp.calculus.activations import (
    ACTIVATIONS,
    Activation,
    identity,
    identity_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)
from charmlp.calculus.linear import (
    linear,
    linear_backward_bias,
    linear_backward_input,
    linear_backward_weight,
)
from charmlp.calculus.losses import (
    class_targets,
    cross_entropy,
    cross_entropy_backward,
    log_softmax,
    softmax,
    squared_error,
    squared_error_backward,
)
from charmlp.calculus.network import mlp

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "class_targets",
    "cross_entropy",
    "cross_entropy_backward",
    "identity",
    "identity_backward",
    "linear",
    "linear_backward_bias",
    "linear_backward_input",
    "linear_backward_weight",
    "log_softmax",
    "mlp",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "squared_error",
    "squared_error_backward",
    "tanh",
    "tanh_backward",
]
