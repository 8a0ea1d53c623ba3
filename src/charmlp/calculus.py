"""The formulas on NumPy arrays: forward and backward of each operation, side by side.

Notation: a batch is a matrix of row vectors; L is the scalar loss; the gradient of L by an array has the
array's shape. `gradient` stands for ∂L/∂y, what the layer above hands down; each `…_backward` multiplies it
by the operation's own derivative. Derivations: docs/derivations/. The same formulas for PyTorch, with double
backward, are in `charmlp.nn`; tests prove that both agree.

Every function takes any float dtype and returns the same; `out` is an array for the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


# Linear layer: y = x Wᵀ + b                              x: N×D   W: K×D   b: K   y: N×K


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
    return np.sum(gradient, axis=0, out=out)


# Activations, element by element. Each backward takes the *output* y, which is all that must be kept.


def identity(x: Array, out: Array | None = None) -> Array:
    """y = x."""
    return np.positive(x, out=out)


def identity_backward(gradient: Array, y: Array, out: Array | None = None) -> Array:
    """∂L/∂x = ∂L/∂y (docs/derivations/activations.md)."""
    return np.positive(gradient, out=out)


def relu(x: Array, out: Array | None = None) -> Array:
    """y = max(0, x)."""
    return np.maximum(x, 0, out=out)


def relu_backward(gradient: Array, y: Array, out: Array | None = None) -> Array:
    """∂L/∂x = ∂L/∂y · [x > 0], and x > 0 exactly where y > 0 (docs/derivations/activations.md)."""
    return np.multiply(gradient, y > 0, out=out)


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """y = 1 / (1 + e⁻ˣ) = (1 + tanh(x/2)) / 2; the second never overflows (docs/derivations/stability.md)."""
    y = np.multiply(x, 0.5, out=out)
    np.tanh(y, out=y)
    y += 1
    y *= 0.5
    return y


def sigmoid_backward(gradient: Array, y: Array, out: Array | None = None) -> Array:
    """∂L/∂x = ∂L/∂y · y (1 − y) (docs/derivations/activations.md)."""
    return np.multiply(gradient, y * (1 - y), out=out)


def tanh(x: Array, out: Array | None = None) -> Array:
    """y = tanh x."""
    return np.tanh(x, out=out)


def tanh_backward(gradient: Array, y: Array, out: Array | None = None) -> Array:
    """∂L/∂x = ∂L/∂y · (1 − y²) (docs/derivations/activations.md)."""
    return np.multiply(gradient, 1 - y * y, out=out)


@dataclass(frozen=True)
class Activation:
    """An activation's two halves: `forward(x, out)` and `backward(gradient, y, out)`."""

    forward: Callable[..., Array]
    backward: Callable[..., Array]


ACTIVATIONS = {
    "none": Activation(identity, identity_backward),
    "relu": Activation(relu, relu_backward),
    "sigmoid": Activation(sigmoid, sigmoid_backward),
    "tanh": Activation(tanh, tanh_backward),
}


# Losses


def softmax(logits: Array, out: Array | None = None) -> Array:
    """qₙₖ = exp(zₙₖ − m) / Σⱼ exp(zₙⱼ − m) with m = maxⱼ zₙⱼ: a shift changes nothing but the overflow.

    Why: docs/derivations/stability.md.
    """
    q = np.subtract(logits, logits.max(axis=1, keepdims=True), out=out)
    np.exp(q, out=q)
    q /= q.sum(axis=1, keepdims=True)
    return q


def log_softmax(logits: Array) -> Array:
    """log qₙₖ = zₙₖ − m − log Σⱼ exp(zₙⱼ − m), without a logarithm of 0 (docs/derivations/stability.md)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def class_targets(
    labels: Array, n_classes: int, label_smoothing: float = 0.0, class_weights: Array | None = None
) -> Array:
    """t = w ∘ ((1 − ε) onehot(label) + ε/K), N×K float64.

    ε smooths the labels (Szegedy et al. 2016, section 7, arXiv:1512.00567); w are weights of the K classes.
    """
    targets = np.full((len(labels), n_classes), label_smoothing / n_classes)
    targets[np.arange(len(labels)), labels] += 1 - label_smoothing
    return targets if class_weights is None else targets * class_weights


def cross_entropy(logits: Array, targets: Array, total: float) -> float:
    """L = −(1/S) Σₙₖ tₙₖ log qₙₖ with q = softmax(z); logits z and targets t: N×K.

    `total` S is N for the mean over the batch, or the sum of the labels' weights where classes are
    weighted: PyTorch's definition (docs/derivations/softmax-cross-entropy.md).
    """
    return -float(np.vdot(targets, log_softmax(logits))) / total


def cross_entropy_backward(logits: Array, targets: Array, total: float) -> Array:
    """∂L/∂zₙₖ = (qₙₖ Σⱼ tₙⱼ − tₙₖ) / S; where rows of t sum to 1 and S = N this is (q − y*) / N.

    Derivation: docs/derivations/softmax-cross-entropy.md.
    """
    gradient = softmax(logits)
    gradient *= targets.sum(axis=1, keepdims=True)
    gradient -= targets
    gradient /= total
    return gradient


def squared_error(prediction: Array, target: Array) -> float:
    """L = (1/M) Σᵢ (yᵢ − y*ᵢ)² over all M elements (docs/derivations/squared-error.md)."""
    return float(np.mean((prediction - target) ** 2))


def squared_error_backward(prediction: Array, target: Array) -> Array:
    """∂L/∂y = 2 (y − y*) / M (docs/derivations/squared-error.md)."""
    return 2 * (prediction - target) / prediction.size


# The whole network


def mlp(x: Array, weights: Sequence[Array], biases: Sequence[Array], act_type: str) -> Array:
    """Logits N×K of a batch x: N×D: linear layers with an activation between them.

    A net of one layer has no place between layers; there the activation follows the layer, as in the course.
    """
    activation = ACTIVATIONS[act_type]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = linear(x, weight, bias)
        activation.forward(x, out=x)
    logits = linear(x, weights[-1], biases[-1])
    return activation.forward(logits, out=logits) if len(weights) == 1 else logits
