"""Activations, element by element: y = f(x), and backward ∂L/∂x = ∂L/∂y · f′(x).

`gradient` stands for ∂L/∂y, the upstream gradient. Where f′ can be written with the *output* y, that is all
that is saved for backward, because the next layer keeps it anyway; else the input x is. Forward mode
multiplies by the same f′ (function.py). Derivations in full: docs/derivations/activations.md. (For complex
numbers autograd wants the conjugate of f′, `conj`, which a real number is itself.)

A block of this file is a Function, a function with the arguments of `torch.nn.functional`, a drop-in for
torch's module, and its line in `ACTIVATIONS` at the end, from which all other files take it.
"""

import math
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from charmlp.nn.checks import HandDerived, refuse_inplace, require_dense, require_dense_real, require_floating
from charmlp.nn.function import ElementwiseFunction, save


class ActivationModule(HandDerived, torch.nn.Module):
    """What the modules of this file share: forward calls their function; `inplace=True` is refused."""

    function: ClassVar[Callable[..., Tensor]]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "inplace":
            refuse_inplace(value)
        super().__setattr__(name, value)

    def forward(self, input: Tensor) -> Tensor:
        """y = f(x), any shape, with the constants that the constructor was given."""
        constants = getattr(self, "__constants__", ())
        return type(self).function(input, **{name: getattr(self, name) for name in constants})


def module(function: Callable[..., Tensor], base: type[torch.nn.Module]) -> type[torch.nn.Module]:
    """The module `base` of `torch.nn`, its constructor's arguments as well, which computes `function`."""
    body = {
        "__doc__": f"`torch.nn.{base.__name__}` with the forward and backward of `{function.__name__}`.",
        "__module__": __name__,
        "function": staticmethod(function),
    }
    return type(base.__name__, (ActivationModule, base), body)


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


Identity = module(identity, torch.nn.Identity)


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
    require_dense_real("relu", input)
    if input.dtype == torch.bool:
        raise RuntimeError("Boolean inputs not supported for relu")
    refuse_inplace(inplace)
    return ReLUFunction.call(input)


ReLU = module(relu, torch.nn.ReLU)


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


LeakyReLU = module(leaky_relu, torch.nn.LeakyReLU)


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


Sigmoid = module(sigmoid, torch.nn.Sigmoid)


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


Tanh = module(tanh, torch.nn.Tanh)


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


GELU = module(gelu, torch.nn.GELU)


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


SiLU = module(silu, torch.nn.SiLU)


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


def from_table(
    module: str, found: dict[str, Any], names: list[str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module that has what is `found` in the table without a second list."""

    def get(name: str) -> Any:
        if name in found:
            return found[name]
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return get, lambda: sorted(names)
