"""The table that most tests here run through: each operation with one kind of arguments, ours and torch's."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from charmlp.nn import activations, functional
from tests.nn.twins import Operation

ACTIVATIONS = [block.function.__name__ for block in activations.ACTIVATIONS.values()]
TORCHS: dict[str, Operation] = {
    "linear": F.linear,
    **{name: getattr(torch, name, getattr(F, name, torch.clone)) for name in ACTIVATIONS},
    "cross_entropy": F.cross_entropy,
    "mse_loss": F.mse_loss,
}


@dataclass(frozen=True)
class Case:
    """`ours(*inputs)` beside `torchs(*inputs)`; every input wants a gradient, `options` are fixed."""

    kind: str
    name: str
    inputs: tuple[Tensor, ...]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def ours(self) -> Operation:
        return functools.partial(getattr(functional, self.kind), **self.options)

    @property
    def torchs(self) -> Operation:
        options = {name: from_bytes(value) for name, value in self.options.items()}
        return functools.partial(TORCHS[self.kind], **options)

    def to(self, dtype: torch.dtype) -> Case:
        """The same with floating point numbers of another dtype."""
        inputs = tuple(x.detach().to(dtype).requires_grad_() for x in self.inputs)
        return replace(self, inputs=inputs, options={k: to_dtype(v, dtype) for k, v in self.options.items()})

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def from_bytes(value: Any) -> Any:
    """Labels of 64 bits: through jacrev, torch's loss does not take the bytes that it takes otherwise."""
    return value.long() if isinstance(value, Tensor) and value.dtype == torch.uint8 else value


def to_dtype(value: Any, dtype: torch.dtype) -> Any:
    return value.to(dtype) if isinstance(value, Tensor) and value.is_floating_point() else value


GENERATOR = torch.Generator().manual_seed(2021)


def draw(*shape: int) -> Tensor:
    """Normal numbers, moved away from the kink of relu at 0."""
    x = torch.randn(shape, generator=GENERATOR, dtype=torch.float64)
    return (x + 0.1 * x.sign()).requires_grad_()


def draw_complex(*shape: int) -> Tensor:
    return torch.complex(draw(*shape), draw(*shape)).detach().requires_grad_()


def draw_labels(*shape: int, n_classes: int = 5) -> Tensor:
    return torch.randint(n_classes, shape, generator=GENERATOR)


def linear(name: str, *inputs: Tensor) -> Case:
    return Case("linear", name, inputs)


def each_activation(name: str, x: Tensor) -> list[Case]:
    return [Case(kind, name, (x,)) for kind in ACTIVATIONS]


def takes_complex(kind: str) -> bool:
    """Whether torch differentiates it for complex numbers: not where an order is needed, nor silu."""
    try:
        return bool(TORCHS[kind](draw_complex(1)).is_complex())
    except RuntimeError:
        return False


def of_labels(name: str, logits: Tensor, labels: Tensor, **options: Any) -> Case:
    return Case("cross_entropy", name, (logits,), {"target": labels, **options})


def of_probabilities(name: str, *shape: int, **options: Any) -> Case:
    target = draw(*shape).detach().softmax(min(1, len(shape) - 1)).requires_grad_()
    return Case("cross_entropy", f"of probabilities, {name}", (draw(*shape), target), options)


def squares(name: str, *shape: int, **options: Any) -> Case:
    return Case("mse_loss", name, (draw(*shape), draw(*shape)), options)


WEIGHT = torch.tensor([0.5, 2.0, 1.0, 0.0, 3.0], dtype=torch.float64)
LABELS = torch.tensor([4, 0, 1, 3, 0, 2, 1])
REDUCTIONS = ("mean", "sum", "none")
ALL_OPTIONS = {"weight": WEIGHT, "label_smoothing": 0.2}

CASES = [
    linear("of a matrix", draw(5, 3), draw(4, 3), draw(4)),
    linear("without bias", draw(5, 3), draw(4, 3)),
    linear("of one row", draw(3), draw(4, 3), draw(4)),
    linear("of a batch of one", draw(1, 3), draw(4, 3), draw(4)),
    linear("with leading dimensions", draw(2, 1, 5, 3), draw(4, 3), draw(4)),
    linear("to one output", draw(5, 3), draw(1, 3), draw(1)),
    linear("of no rows", draw(0, 3), draw(4, 3), draw(4)),
    linear("of no inputs", draw(5, 0), draw(4, 0), draw(4)),
    linear("to no outputs", draw(5, 3), draw(0, 3), draw(0)),
    *each_activation("of a number", draw()),
    *each_activation("of a batch", draw(5, 3)),
    *each_activation("of nothing", draw(2, 0, 3)),
    *(Case("leaky_relu", f"of slope {a}", (draw(5, 3),), {"negative_slope": a}) for a in (0.3, 0.0, -2.0)),
    Case("gelu", "by tanh", (draw(5, 3),), {"approximate": "tanh"}),
    *(of_labels(r, draw(7, 5), LABELS, reduction=r) for r in REDUCTIONS),
    *(
        of_labels(f"{r}, all options", draw(7, 5), LABELS, reduction=r, ignore_index=2, **ALL_OPTIONS)
        for r in REDUCTIONS
    ),
    of_labels("weighted", draw(7, 5), LABELS, weight=WEIGHT),
    of_labels("smoothed to the end", draw(7, 5), LABELS, label_smoothing=1.0),
    of_labels("ignoring -100", draw(3, 5), torch.tensor([-100, 1, -100])),
    of_labels("of bytes", draw(3, 5), torch.tensor([0, 4, 2], dtype=torch.uint8)),
    of_labels("of one row", draw(5), torch.tensor(3)),
    of_labels("of one class", draw(4, 1), torch.zeros(4, dtype=torch.int64)),
    of_labels("of no rows", draw(0, 5), draw_labels(0), reduction="none"),
    of_labels("of pixels", draw(2, 5, 3, 2), draw_labels(2, 3, 2), ignore_index=4, **ALL_OPTIONS),
    *(of_probabilities(r, 7, 5, reduction=r) for r in REDUCTIONS),
    of_probabilities("all options", 7, 5, **ALL_OPTIONS),
    of_probabilities("of one row", 5),
    of_probabilities("of pixels", 2, 5, 3, **ALL_OPTIONS),
    *(squares(r, 5, 3, reduction=r) for r in REDUCTIONS),
    *(squares(f"{r}, weighted", 5, weight=WEIGHT, reduction=r) for r in REDUCTIONS),
    squares("of a number"),
    squares("of no rows", 0, 3, reduction="none"),
]
MEANS_OF_NOTHING = [  # nan, as in torch; the gradients are the same as well
    of_labels("of no rows, mean", draw(0, 5), draw_labels(0)),
    of_labels("of ignored rows", draw(2, 5), torch.tensor([1, 1]), ignore_index=1),
    of_labels("of weight 0", draw(1, 5), torch.tensor([3]), weight=WEIGHT),
    of_probabilities("of no rows, mean", 0, 5),
    squares("of no rows, mean", 0, 3),
]

COMPLEX = [
    linear("of complex numbers", draw_complex(5, 3), draw_complex(4, 3), draw_complex(4)),
    *(case for case in each_activation("of complex numbers", draw_complex(5, 3)) if takes_complex(case.kind)),
]

each_case = pytest.mark.parametrize("case", CASES, ids=str)
