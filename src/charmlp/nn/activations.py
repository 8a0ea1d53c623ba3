"""Activations, element by element: y = f(x), and backward ∂L/∂x = ∂L/∂y · f′(x).

`gradient` stands for ∂L/∂y, the upstream gradient. Where f′ can be written with the *output* y, that is all
that is saved for backward, because the next layer keeps it anyway; else the input x is. Forward mode
multiplies by the same f′ (function.py). Derivations in full: docs/derivations/activations.md. (For complex
numbers autograd wants the conjugate of f′, `conj`, which a real number is itself.)

A block of this file is a Function, a function with the arguments of `torch.nn.functional`, a module, and its
line in `ACTIVATIONS` at the end, from which `charmlp.nn`, `functional` and `MLP` take it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from charmlp.nn.checks import (
    HandDerived,
    check_relu,
    refuse_inplace,
    require_dense,
    require_dense_real,
    require_floating,
)
from charmlp.nn.function import ElementwiseFunction, save


class IdentityFunction(ElementwiseFunction):
    """y = x, so f′(x) = 1 and ∂L/∂x = ∂L/∂y (docs/derivations/activations.md).

    y is a copy: writing into it leaves x as it is.
    """

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        pass  # nothing is needed for backward

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


def identity(input: Tensor) -> Tensor:
    """y = x, any shape, as a copy.

    >>> x = torch.tensor([1.0, 2.0])
    >>> y = identity(x).zero_()
    >>> x
    tensor([1., 2.])
    """
    require_dense("identity", input)
    return IdentityFunction.call(input)


class Identity(HandDerived, torch.nn.Identity):
    """`torch.nn.Identity`, any constructor arguments, with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """y = x, any shape, as a copy."""
        return identity(input)


class ReLUFunction(ElementwiseFunction):
    """y = max(0, x).

    f′(x) = 1 where x > 0, else 0 (at the kink x = 0, where there is none, 0 as in torch); x > 0 exactly where
    y > 0, so ∂L/∂x = ∂L/∂y · [y > 0]. Derivation in full: docs/derivations/activations.md.
    """

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.clamp(min=0)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        save(ctx, output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradient.masked_fill(y <= 0, 0)  # a choice, not a product: ∞ · 0 would be nan


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """y = max(0, x), any shape. Raises `NotImplementedError` for `inplace`, and as docs/nn.md lists.

    >>> relu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """
    check_relu(input)
    refuse_inplace(inplace)
    return ReLUFunction.call(input)


class ReLU(HandDerived, torch.nn.ReLU):
    """`torch.nn.ReLU` with the forward and backward of this file; `inplace=True` is refused."""

    def __init__(self, inplace: bool = False) -> None:
        refuse_inplace(inplace)
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """y = max(0, x), any shape."""
        return relu(input, self.inplace)


class LeakyReLUFunction(ElementwiseFunction):
    """y = x where x > 0, else a x, with the slope a = `negative_slope` (Maas, Hannun, Ng 2013).

    f′(x) = 1 where x > 0, else a (at the kink x = 0 as well, as in torch), so ∂L/∂x = ∂L/∂y where x > 0, else
    a ∂L/∂y. Saved is the input x: for a ≤ 0 the sign of y does not tell that of x.
    Derivation in full: docs/derivations/activations.md.
    """

    @staticmethod
    def forward(x: Tensor, negative_slope: float) -> Tensor:
        return torch.where(x > 0, x, negative_slope * x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, float], output: Tensor) -> None:
        x, ctx.negative_slope = inputs
        save(ctx, x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, gradient, ctx.negative_slope * gradient), None


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """y = x where x > 0, else `negative_slope` · x, any shape. Raises `NotImplementedError` for `inplace`.

    >>> leaky_relu(torch.tensor([-1.0, 0.0, 2.0]), 0.5)
    tensor([-0.5000,  0.0000,  2.0000])
    """
    require_dense_real("leaky_relu", input)
    require_floating("leaky_relu", input)
    refuse_inplace(inplace)
    return LeakyReLUFunction.call(input, negative_slope)


class LeakyReLU(HandDerived, torch.nn.LeakyReLU):
    """`torch.nn.LeakyReLU` with the forward and backward of this file; `inplace=True` is refused."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        refuse_inplace(inplace)
        super().__init__(negative_slope)

    def forward(self, input: Tensor) -> Tensor:
        """y = x where x > 0, else `negative_slope` · x, any shape."""
        return leaky_relu(input, self.negative_slope, self.inplace)


class SigmoidFunction(ElementwiseFunction):
    """y = σ(x) = 1 / (1 + e⁻ˣ).

    f′(x) = e⁻ˣ / (1 + e⁻ˣ)² = y · e⁻ˣ/(1 + e⁻ˣ) = y (1 − y), so ∂L/∂x = ∂L/∂y · y (1 − y).
    Stable: for x → −∞ the exponential becomes ∞ and y the limit 0.
    Derivation in full: docs/derivations/activations.md.
    """

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(-x))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        save(ctx, output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradient * (y * (1 - y)).conj()


def sigmoid(input: Tensor) -> Tensor:
    """y = 1 / (1 + e⁻ˣ), any shape; whole numbers become floats, as in torch.

    >>> sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    require_dense("sigmoid", input)
    if not (input.is_floating_point() or input.is_complex()):
        input = input.to(torch.get_default_dtype())
    return SigmoidFunction.call(input).to(input.dtype)  # on a GPU, torch.autocast widens exp


class Sigmoid(HandDerived, torch.nn.Sigmoid):
    """`torch.nn.Sigmoid` with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """y = 1 / (1 + e⁻ˣ), any shape."""
        return sigmoid(input)


class TanhFunction(ElementwiseFunction):
    """y = tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).

    The quotient rule: f′(x) = ((eˣ + e⁻ˣ)² − (eˣ − e⁻ˣ)²) / (eˣ + e⁻ˣ)² = 1 − y², so
    ∂L/∂x = ∂L/∂y · (1 − y²). Derivation in full: docs/derivations/activations.md.
    """

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return torch.tanh(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        save(ctx, output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradient * (1 - y * y).conj()


def tanh(input: Tensor) -> Tensor:
    """y = tanh x, any shape; whole numbers become floats, as in torch.

    >>> tanh(torch.tensor([-1000.0, 0.0, 1000.0]))
    tensor([-1.,  0.,  1.])
    """
    require_dense("tanh", input)
    return TanhFunction.call(input)


class Tanh(HandDerived, torch.nn.Tanh):
    """`torch.nn.Tanh` with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """y = tanh x, any shape."""
        return tanh(input)


class GELUFunction(ElementwiseFunction):
    """y = x Φ(x), Φ(x) = erfc(−x/√2) / 2 the normal distribution (Hendrycks, Gimpel 2016, arXiv:1606.08415).

    Φ′ is the bell curve φ(x) = e^(−x²/2) / √(2π), so the product rule gives f′(x) = Φ(x) + x φ(x), and
    ∂L/∂x = ∂L/∂y · (Φ(x) + x φ(x)). Saved is the input x: f has a minimum, so two x share one y.
    Derivation in full: docs/derivations/activations.md.
    """

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x * normal_distribution(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        save(ctx, *inputs)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        density = torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return gradient * (normal_distribution(x) + x * density)


def normal_distribution(x: Tensor) -> Tensor:
    """Φ(x) = erfc(−x/√2) / 2, which is exact where (1 + erf(x/√2)) / 2 loses its digits: for x ≪ 0."""
    return torch.erfc(x * -math.sqrt(0.5)) / 2


TANH_GELU = (math.sqrt(2 / math.pi), 0.044715)  # b and c below


class TanhGELUFunction(ElementwiseFunction):
    """y = x/2 (1 + tanh u) with u = b (x + c x³), b = √(2/π), c = 0.044715: GELU without erf, within 0.0005.

    With t = tanh u and t′ = (1 − t²) u′, u′ = b (1 + 3 c x²), the product rule gives
    f′(x) = (1 + t)/2 + x/2 · (1 − t²) b (1 + 3 c x²), and ∂L/∂x = ∂L/∂y · f′(x). Saved is the input x.
    Derivation in full: docs/derivations/activations.md.
    """

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        b, c = TANH_GELU
        return x / 2 * (1 + torch.tanh(b * (x + c * x * x * x)))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        save(ctx, *inputs)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        b, c = TANH_GELU
        t = torch.tanh(b * (x + c * x * x * x))
        return gradient * ((1 + t) / 2 + x / 2 * (1 - t * t) * b * (1 + 3 * c * x * x))


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:
    """y = x Φ(x), any shape; approximate="tanh" writes Φ with tanh.

    >>> gelu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.1587,  0.0000,  1.9545])
    """
    require_dense_real("gelu", input)
    require_floating("gelu", input)
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    function = GELUFunction if approximate == "none" else TanhGELUFunction
    return function.call(input).to(input.dtype)  # on a GPU, torch.autocast may widen


class GELU(HandDerived, torch.nn.GELU):
    """`torch.nn.GELU` with the forward and backward of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """y = x Φ(x), any shape."""
        return gelu(input, approximate=self.approximate)


class SiLUFunction(ElementwiseFunction):
    """y = x σ(x) with σ(x) = 1 / (1 + e⁻ˣ) (Elfwing, Uchibe, Doya 2018, arXiv:1702.03118); also called swish.

    With σ′ = σ (1 − σ) the product rule gives f′(x) = σ(x) + x σ(x) (1 − σ(x)) = σ(x) (1 + x (1 − σ(x))), so
    ∂L/∂x = ∂L/∂y · σ(x) (1 + x (1 − σ(x))). Saved is the input x: f has a minimum, so two x share one y.
    Derivation in full: docs/derivations/activations.md.
    """

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x * SigmoidFunction.forward(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        save(ctx, *inputs)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        sigmoid = SigmoidFunction.forward(x)
        return gradient * (sigmoid * (1 + x * (1 - sigmoid))).conj()


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """y = x / (1 + e⁻ˣ), any shape. Raises `NotImplementedError` for `inplace`.

    >>> silu(torch.tensor([-1000.0, 0.0, 1.0]))
    tensor([-0.0000, 0.0000, 0.7311])
    """
    require_dense("silu", input)
    require_floating("silu", input)
    refuse_inplace(inplace)
    return SiLUFunction.call(input).to(input.dtype)  # on a GPU, torch.autocast widens exp


class SiLU(HandDerived, torch.nn.SiLU):
    """`torch.nn.SiLU` with the forward and backward of this file; `inplace=True` is refused."""

    def __init__(self, inplace: bool = False) -> None:
        refuse_inplace(inplace)
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """y = x / (1 + e⁻ˣ), any shape."""
        return silu(input, self.inplace)


class Block(NamedTuple):
    """The three parts of a block of this file."""

    operation: type[ElementwiseFunction]
    function: Callable[..., Tensor]
    module: type[torch.nn.Module]


ACTIVATIONS = {  # by the names of `charmlp.calculus.ACTIVATIONS`, which `--act` takes
    "none": Block(IdentityFunction, identity, Identity),
    "sigmoid": Block(SigmoidFunction, sigmoid, Sigmoid),
    "tanh": Block(TanhFunction, tanh, Tanh),
    "relu": Block(ReLUFunction, relu, ReLU),
    "leaky_relu": Block(LeakyReLUFunction, leaky_relu, LeakyReLU),
    "gelu": Block(GELUFunction, gelu, GELU),
    "silu": Block(SiLUFunction, silu, SiLU),
}
