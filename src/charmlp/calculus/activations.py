"""Activations, element by element. Each backward takes the *output* y, which is all that must be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


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
