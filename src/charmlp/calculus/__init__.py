"""The formulas on NumPy arrays: forward and backward of each operation, side by side.

Notation: a batch is a matrix of row vectors; L is the scalar loss; the gradient of L with respect to an array
has the array's shape. `gradient` stands for the upstream gradient ∂L/∂y; each `…_backward` multiplies it by
the operation's own derivative. Derivations: docs/derivations/. The same formulas for PyTorch, with double
backward, are in `charmlp.nn`; tests prove that both agree.

Every function takes any float dtype and returns the same; `out` is an array for the result.
"""

from charmlp.calculus.activations import ACTIVATIONS, Activation
from charmlp.calculus.attribution import (
    PIECEWISE_LINEAR,
    Attribution,
    attribute,
    input_times_gradient,
    integrated_gradients,
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
    exponentials,
    label_gradient,
    label_losses,
    label_targets,
    log_softmax,
    logits_gradient,
    softmax,
    squared_error,
    squared_error_backward,
)
from charmlp.calculus.network import Layer, activations_behind, mlp, mlp_gradients, mlp_layers

__all__ = [
    "ACTIVATIONS",
    "PIECEWISE_LINEAR",
    "Activation",
    "Attribution",
    "Layer",
    "activations_behind",
    "attribute",
    "class_targets",
    "cross_entropy",
    "cross_entropy_backward",
    "exponentials",
    "input_times_gradient",
    "integrated_gradients",
    "label_gradient",
    "label_losses",
    "label_targets",
    "linear",
    "linear_backward_bias",
    "linear_backward_input",
    "linear_backward_weight",
    "log_softmax",
    "logits_gradient",
    "mlp",
    "mlp_gradients",
    "mlp_layers",
    "softmax",
    "squared_error",
    "squared_error_backward",
]
