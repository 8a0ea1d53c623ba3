"""The table of activations: y = f(x), element by element, and ∂L/∂x from the upstream gradient ∂L/∂y.

Each formula is a plain function of numbers. It is computed as it stands on NumPy arrays, and compiled as it
stands in the loops of training (`charmlp.calculus.compiled`). `real` makes a constant of the dtype that is
computed in, as `real(1)`: `np.float32`, for instance. A branch is a `where`, so that it works on arrays.

To add one: two functions here and an entry of the table. Everything else finds it there: `--act`, the model
file, the three steps, the tests. Its block for PyTorch is in `charmlp.nn.activations`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from charmlp.calculus.elements import Array, Real, erfc, maximum, where

MakeReal = Callable[[float], Any]

SQRT_HALF = 0.5**0.5
DENSITY_AT_0 = (2 * np.pi) ** -0.5  # of the standard normal distribution
NEGATIVE_SLOPE = 0.01  # of leaky_relu; torch's default


def identity(x: Real, real: MakeReal) -> Real:
    """y = x."""
    return x


def identity_backward(gradient: Real, y: Real, real: MakeReal) -> Real:
    """∂L/∂x = ∂L/∂y (docs/derivations/activations.md)."""
    return gradient


def relu(x: Real, real: MakeReal) -> Real:
    """y = max(0, x); nan stays nan."""
    return maximum(x, real(0))


def relu_backward(gradient: Real, y: Real, real: MakeReal) -> Real:
    """∂L/∂x = ∂L/∂y where x > 0, else 0; x > 0 exactly where y > 0 (docs/derivations/activations.md).

    A choice, not a product: ∞ · 0 would be nan.
    """
    return where(y <= 0, real(0), gradient)


def leaky_relu(x: Real, real: MakeReal) -> Real:
    """y = x where x > 0, else a x with a = 0.01."""
    return where(x > 0, x, real(NEGATIVE_SLOPE) * x)


def leaky_relu_backward(gradient: Real, y: Real, real: MakeReal) -> Real:
    """∂L/∂x = ∂L/∂y where x > 0, else a ∂L/∂y; y has the sign of x (docs/derivations/activations.md)."""
    return where(y > 0, gradient, real(NEGATIVE_SLOPE) * gradient)


def sigmoid(x: Real, real: MakeReal) -> Real:
    """y = 1 / (1 + e⁻ˣ) where x ≥ 0, else eˣ / (1 + eˣ): no exponential overflows, no digit is lost.

    Why two branches: docs/derivations/stability.md.
    """
    z = np.exp(-np.abs(x))
    return where(x >= 0, real(1), z) / (real(1) + z)


def sigmoid_backward(gradient: Real, y: Real, real: MakeReal) -> Real:
    """∂L/∂x = ∂L/∂y · y (1 − y) (docs/derivations/activations.md)."""
    return gradient * (y * (real(1) - y))


def tanh(x: Real, real: MakeReal) -> Real:
    """y = tanh x."""
    return np.tanh(x)


def tanh_backward(gradient: Real, y: Real, real: MakeReal) -> Real:
    """∂L/∂x = ∂L/∂y · (1 − y²) (docs/derivations/activations.md)."""
    return gradient * (real(1) - y * y)


def gelu(x: Real, real: MakeReal) -> Real:
    """y = x Φ(x) with Φ the standard normal distribution, ½ erfc(−x/√2) (Hendrycks and Gimpel 2016)."""
    return x * (real(0.5) * erfc(real(-SQRT_HALF) * x))


def gelu_backward(gradient: Real, x: Real, real: MakeReal) -> Real:
    """∂L/∂x = ∂L/∂y · (Φ(x) + x φ(x)) with φ = Φ′, the density exp(−x²/2) / √(2π).

    Derivation: docs/derivations/activations.md.
    """
    density = real(DENSITY_AT_0) * np.exp(real(-0.5) * x * x)
    return gradient * (real(0.5) * erfc(real(-SQRT_HALF) * x) + x * density)


def silu(x: Real, real: MakeReal) -> Real:
    """y = x σ(x) with σ the sigmoid (Elfwing, Uchibe and Doya 2018)."""
    return x * sigmoid(x, real)


def silu_backward(gradient: Real, x: Real, real: MakeReal) -> Real:
    """∂L/∂x = ∂L/∂y · σ(x) (1 + x (1 − σ(x))) (docs/derivations/activations.md)."""
    s = sigmoid(x, real)
    return gradient * (s * (real(1) + x * (real(1) - s)))


@dataclass(frozen=True)
class Activation:
    """An entry of the table.

    forward    f(x, real)
    backward   ∂L/∂x from (∂L/∂y, x or y, real)
    saved      which of the two `backward` takes, "x" or "y": that is what must be kept until then
    constants  numbers in its formula, by the names that a model file gives them
    """

    name: str
    forward: Callable[[Real, MakeReal], Real]
    backward: Callable[[Real, Real, MakeReal], Real]
    saved: Literal["x", "y"]
    constants: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.saved not in ("x", "y"):
            raise ValueError(f"{self.name}: backward takes x or y, not {self.saved!r}")

    def __call__(self, x: Array) -> Array:
        """y = f(x) of an array; `x` is not changed, but may be returned itself."""
        y: Array = self.forward(x, x.dtype.type)
        return y

    def input_gradient(self, gradient: Array, x: Array, y: Array) -> Array:
        """∂L/∂x from the upstream gradient ∂L/∂y, of arrays."""
        found: Array = self.backward(gradient, x if self.saved == "x" else y, x.dtype.type)
        return found

    def slope(self, x: Array) -> Array:
        """f′(x) of an array: what an upstream gradient of 1 becomes."""
        return self.input_gradient(np.ones_like(x), x, self(x))


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("none", identity, identity_backward, "y"),
        Activation("sigmoid", sigmoid, sigmoid_backward, "y"),
        Activation("tanh", tanh, tanh_backward, "y"),
        Activation("relu", relu, relu_backward, "y"),
        Activation("leaky_relu", leaky_relu, leaky_relu_backward, "y", {"negative_slope": NEGATIVE_SLOPE}),
        Activation("gelu", gelu, gelu_backward, "x"),
        Activation("silu", silu, silu_backward, "x"),
    )
}
