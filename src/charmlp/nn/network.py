"""The multilayer perceptron: linear layers with an activation between them."""

import operator
from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from charmlp.errors import UsageError
from charmlp.nn.activations import ACTIVATIONS
from charmlp.nn.checks import HandDerived
from charmlp.nn.linear import Linear

DEFAULT_HIDDEN_SIZE = (32,)


class MLP(HandDerived, nn.Module):
    """Row vectors x: N×D → logits N×K: `n_layers` linear layers, the activation f after each but the last.

    h₁ = f(x W₁ᵀ + b₁),  h₂ = f(h₁ W₂ᵀ + b₂),  …,  logits = h W_lastᵀ + b_last

    input_size D, output_size K; hidden_size: the sizes of h₁, h₂, … (one number, or a sequence, which may be
    empty); n_layers: follows from hidden_size; where both are given they must agree (`resolve_hidden_size`).
    act_type names f: none, relu, … (`activations.ACTIVATIONS`). A net of one layer has no place between
    layers: there, as in the course, the activation follows the layer, so that act_type="none" is needed for
    plain logits.

    Linear layers and activations alternate in `net`, so that parameters are called net.0.weight, net.0.bias,
    net.2.weight, … Raises `UsageError` for sizes, numbers of layers and activations that cannot be.

    >>> MLP(4, 3, hidden_size=(5, 2), act_type="tanh").net
    Sequential(
      (0): Linear(in_features=4, out_features=5, bias=True)
      (1): Tanh()
      (2): Linear(in_features=5, out_features=2, bias=True)
      (3): Tanh()
      (4): Linear(in_features=2, out_features=3, bias=True)
    )
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        hidden_size: int | Sequence[int] = DEFAULT_HIDDEN_SIZE,
        n_layers: int | None = None,
        act_type: str = "relu",
    ) -> None:
        super().__init__()
        if act_type not in tuple(ACTIVATIONS):
            raise UsageError(f"act_type: expected one of {', '.join(ACTIVATIONS)}, not {act_type!r}")
        self.hidden_size = resolve_hidden_size(hidden_size, n_layers)
        self.input_size = whole_number("input_size", input_size)
        self.output_size = whole_number("output_size", output_size)
        self.n_layers = len(self.hidden_size) + 1
        self.act_type = act_type

        layers = nn.ModuleList()
        for size_in, size_out in pairwise((self.input_size, *self.hidden_size, self.output_size)):
            layers.append(Linear(size_in, size_out))
            layers.append(ACTIVATIONS[act_type].module())
        if self.hidden_size or act_type == "none":
            del layers[-1]
        self.net = nn.Sequential(*layers)

    def forward(self, input: Tensor) -> Tensor:
        """The logits of row vectors; input: …×D, result: …×K."""
        return self.net(input)

    def summary(self) -> str:
        """A table of the layers: shapes, parameters and multiply-adds of one image (N = 1), with totals.

        >>> print(MLP(4, 3).summary())
        layer  kind    input  output  parameters  multiply-adds
        net.0  Linear    N×4    N×32         160            128
        net.1  ReLU     N×32    N×32           0              0
        net.2  Linear   N×32     N×3          99             96
        total            N×4     N×3         259            224
        """
        rows: list[tuple[str, ...]] = [("layer", "kind", "input", "output", "parameters", "multiply-adds")]

        def add(layer: str, kind: str, size_in: int, size_out: int, parameters: int, products: int) -> None:
            rows.append((layer, kind, f"N×{size_in}", f"N×{size_out}", f"{parameters:,}", f"{products:,}"))

        size, products = self.input_size, 0
        for name, module in self.net.named_children():
            layer, kind = f"net.{name}", type(module).__name__
            if isinstance(module, Linear):
                weights = module.weight.numel()  # x Wᵀ takes each weight once for each image
                add(layer, kind, size, module.out_features, weights + module.bias.numel(), weights)
                size, products = module.out_features, products + weights
            else:
                add(layer, kind, size, size, 0, 0)
        add("total", "", self.input_size, size, sum(p.numel() for p in self.parameters()), products)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        line = "  ".join(f"{{:{'<' if i < 2 else '>'}{width}}}" for i, width in enumerate(widths))
        return "\n".join(line.format(*row) for row in rows)


def resolve_hidden_size(
    hidden_size: int | Sequence[int] = DEFAULT_HIDDEN_SIZE, n_layers: int | None = None
) -> tuple[int, ...]:
    """The hidden sizes, in agreement with `n_layers`, which must be one more than there are of them.

    `n_layers=1` with the default hidden size means no hidden layer, as in the course. Raises `UsageError`
    where both contradict each other, naming both, and for what is no number of at least 1.

    >>> resolve_hidden_size(64), resolve_hidden_size([64, 32], n_layers=3), resolve_hidden_size(n_layers=1)
    ((64,), (64, 32), ())
    """
    given = hidden_size if isinstance(hidden_size, Sequence) else (hidden_size,)
    sizes = tuple(whole_number("hidden_size", size) for size in given)
    if n_layers is None or whole_number("n_layers", n_layers) == len(sizes) + 1:
        return sizes
    if n_layers == 1 and sizes == DEFAULT_HIDDEN_SIZE:
        return ()
    needed = f"{n_layers - 1} hidden size" + ("s" if n_layers != 2 else "")
    raise UsageError(f"n_layers={n_layers} needs {needed}, but hidden_size={sizes} has {len(sizes)}")


def whole_number(name: str, value: object) -> int:
    """`value` as an `int` of at least 1, or a `UsageError` naming the argument."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # what has no index is the error below
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise UsageError(f"{name}: expected a whole number, at least 1, not {value!r}")
    return number
