"""How an operation may take its inputs: order, orientation, labels as indices or one-hot, one row or many.

The formulas of the doctor are written once, for inputs in their *canonical* form: x: N×D, weight: K×D,
bias: K, logits and targets: N×C. An arrangement says how somebody's operation takes the same numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

Roles = dict[str, Tensor]  # canonical inputs by name

# Primes, all different, so that a factor tells where it comes from.
SIZES = ({"N": 5, "D": 7, "K": 3, "C": 3}, {"N": 7, "D": 3, "K": 5, "C": 11})
HALF_SQUARE = {"N": 5, "D": 4, "K": 4, "C": 4}
SQUARE = {"N": 4, "D": 4, "K": 4, "C": 4}

SHAPES = {
    "x": "ND", "weight": "KD", "bias": "K", "logits": "NC", "label": "NC", "prediction": "NC", "target": "NC"
}  # fmt: skip


@dataclass(frozen=True)
class Slot:
    """One input: what it is, and the form in which it comes."""

    role: str
    form: str = "plain"

    @property
    def wants_gradient(self) -> bool:
        return self.role not in ("label", "target")

    def actual(self, canonical: Tensor) -> Tensor:
        """A canonical tensor (an input or its gradient) in the form of this slot."""
        match self.form:
            case "transposed":
                return canonical.T.contiguous()
            case "row":
                return canonical.reshape(1, -1)
            case "column":
                return canonical.reshape(-1, 1)
            case "flat":
                return canonical.reshape(-1)
            case "single":
                return canonical[0]
            case "index":
                return canonical.argmax(1)
            case "whole onehot":
                return canonical.long()
            case "single index":
                return canonical[0].argmax()
            case "index column":
                return canonical.argmax(1, keepdim=True)
        return canonical

    def canonical(self, actual: Tensor, roles: Roles) -> Tensor:
        """The inverse, differentiable where the input is; `roles` are those known so far."""
        match self.form:
            case "transposed":
                return actual.T
            case "row":
                return actual.reshape(-1)
            case "column":
                return actual.reshape(-1)
            case "flat":
                return actual.reshape(-1, 1)
            case "single":
                return actual[None]
            case "index" | "single index" | "index column":
                logits = roles["logits"]
                return F.one_hot(actual.reshape(-1).long(), logits.shape[1]).to(logits.dtype)
            case "whole onehot":
                return actual.to(roles["logits"].dtype)
        return actual


@dataclass(frozen=True)
class Arrangement:
    """The slots in order, the form of the output, and sizes that differ (`{"N": 1}` for one row only)."""

    slots: tuple[Slot, ...]
    output: Slot = Slot("output")
    sizes: Mapping[str, int] = field(default_factory=dict)

    def draw(self, sizes: Mapping[str, int], dtype: torch.dtype, seed: int) -> list[Tensor]:
        """Numbers of both signs, away from kinks, for each slot."""
        generator = torch.Generator().manual_seed(seed)
        sizes = {**sizes, **self.sizes}
        values = []
        for slot in self.slots:
            shape = [sizes[letter] for letter in SHAPES[slot.role]]
            if slot.role == "label":
                values.append(slot.actual(draw_onehot(shape, generator).to(dtype)))
            else:
                values.append(slot.actual(draw(shape, generator).to(dtype)))
        return values

    def roles(self, values: Sequence[Tensor]) -> Roles:
        """The canonical inputs of somebody's `values`; raises where they do not fit this arrangement."""
        roles: Roles = {}
        for label in (False, True):  # a label needs the number of classes, which the logits have
            for slot, value in zip(self.slots, values, strict=True):
                if (slot.role == "label") == label:
                    roles[slot.role] = slot.canonical(value, roles)
        sizes: dict[str, int] = {}
        for role, tensor in roles.items():
            if tensor.dim() != len(SHAPES[role]):
                raise ValueError(f"{role} of shape {tuple(tensor.shape)}")
            for letter, size in zip(SHAPES[role], tensor.shape, strict=True):
                if sizes.setdefault(letter, size) != size:
                    raise ValueError(f"{letter} is {size} and {sizes[letter]}")
        return roles


def draw(shape: Sequence[int], generator: torch.Generator) -> Tensor:
    """Numbers in ±[0.2, 2], each sign at least once where there are two or more."""
    sizes = 0.2 + 1.8 * torch.rand(list(shape), generator=generator, dtype=torch.float64)
    signs = torch.where(torch.rand(list(shape), generator=generator) < 0.5, -1.0, 1.0).double()
    if signs.numel() > 1:
        signs.view(-1)[0], signs.view(-1)[-1] = -1.0, 1.0
    return sizes * signs


def draw_onehot(shape: Sequence[int], generator: torch.Generator) -> Tensor:
    """Labels, one-hot, not all of one class where there are two rows."""
    n, c = shape
    labels = (torch.arange(n) * (1 + n // c) + torch.randint(c, (1,), generator=generator)) % c
    return F.one_hot(labels[torch.randperm(n, generator=generator)], c).double()


# The arrangements of each kind, the most usual first.


def linear_arrangements() -> Iterator[Arrangement]:
    x, bias = Slot("x"), Slot("bias")
    for has_bias in (True, False):
        for form in ("plain", "transposed"):
            slots = [x, Slot("weight", form)] + [bias] * has_bias
            yield Arrangement(tuple(slots))
        for form in ("plain", "transposed"):
            slots = [x, Slot("weight", form)] + [bias] * has_bias
            yield from map(Arrangement, list(itertools.permutations(slots))[1:])
        if has_bias:
            for form in ("plain", "transposed"):
                yield Arrangement((x, Slot("weight", form), Slot("bias", "row")))
        for form, bias_form in itertools.product(
            ("plain", "transposed"), ("column", "plain")[: 1 + has_bias]
        ):
            columns = [Slot("x", "transposed"), Slot("weight", form)] + [Slot("bias", bias_form)] * has_bias
            for order in itertools.permutations(columns):  # y = W x + b, or Wᵀ x + b
                yield Arrangement(order, Slot("output", "transposed"))
        single = [Slot("x", "single"), Slot("weight")] + [bias] * has_bias
        for order in itertools.permutations(single):
            yield Arrangement(order, Slot("output", "single"), {"N": 1})


def elementwise_arrangements() -> Iterator[Arrangement]:
    yield Arrangement((Slot("x"),))
    yield Arrangement((Slot("x", "flat"),), Slot("output", "flat"), {"D": 1})


def softmax_arrangements() -> Iterator[Arrangement]:
    yield Arrangement((Slot("logits"),))
    yield Arrangement((Slot("logits", "single"),), Slot("output", "single"), {"N": 1})


def cross_entropy_arrangements() -> Iterator[Arrangement]:
    for form in ("index", "plain", "whole onehot", "index column"):
        yield Arrangement((Slot("logits"), Slot("label", form)))
    for form in ("index", "plain"):
        yield Arrangement((Slot("label", form), Slot("logits")))
    for form in ("single index", "single"):
        yield Arrangement((Slot("logits", "single"), Slot("label", form)), sizes={"N": 1})


def mse_arrangements() -> Iterator[Arrangement]:
    yield Arrangement((Slot("prediction"), Slot("target")))
    yield Arrangement((Slot("prediction", "flat"), Slot("target", "flat")), sizes={"C": 1})
    yield Arrangement((Slot("target"), Slot("prediction")))


ARRANGEMENTS: dict[str, list[Arrangement]] = {
    "linear": list(linear_arrangements()),
    **{kind: list(elementwise_arrangements()) for kind in ("relu", "sigmoid", "tanh", "identity")},
    "softmax": list(softmax_arrangements()),
    "cross_entropy": list(cross_entropy_arrangements()),
    "mse": list(mse_arrangements()),
}
