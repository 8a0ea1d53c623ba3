"""What torch computes inside a forward whose gradients are the engine's: softmaxes, and what they weigh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

PRODUCTS = {"matmul", "bmm", "__matmul__", "__rmatmul__"}
SOFTMAXES = {"softmax", "log_softmax"}
KEEPING = {"dropout", "to", "type_as", "type", "float", "contiguous"}  # what leaves weights what they are
HIDDEN = -1e6  # scores below are masked


@dataclass(frozen=True)
class Scored:
    """A softmax of a product: its scores are `scale` times q kᵀ, where q has `width` numbers a row."""

    scale: float
    width: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Softmaxed:
    """A softmax along one dimension of scores; `weighed` is the one along which its result is multiplied."""

    dimension: int
    shape: tuple[int, ...]
    is_log: bool
    weighed: int | None = None


class Watching(TorchFunctionMode):
    """While it is on, products and softmaxes are noted."""

    def __init__(self) -> None:
        super().__init__()
        self.products: list[tuple[Tensor, int]] = []
        self.scored: list[Scored] = []
        self.softmaxed: list[Softmaxed] = []
        self.weights: dict[int, tuple[Tensor, int]] = {}  # and which softmax made them

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        if name == "einsum":
            self.summed(args, result)
        elif isinstance(result, Tensor) and args and isinstance(args[0], Tensor):
            if name in PRODUCTS and len(args) > 1:
                self.multiplied(args[0], args[1], result)
            elif name in SOFTMAXES:
                dimension = kwargs.get("dim", args[1] if len(args) > 1 else None)
                self.softmax(args[0], dimension, result, is_log=name.startswith("log"))
            elif name in KEEPING and id(args[0]) in self.weights:
                self.weights[id(result)] = (result, self.weights[id(args[0])][1])
        return result

    def multiplied(self, left: Tensor, right: Tensor, result: Tensor) -> None:
        if left.ndim > 1 and right.ndim > 1:
            self.products.append((result, left.shape[-1]))
            self.weigh(left, left.ndim - 1)

    def summed(self, args: Sequence[Any], result: Tensor) -> None:
        """A product of two in Einstein's notation: "bhid,bhjd->bhij"."""
        letters, _, out = str(args[0]).replace(" ", "").partition("->")
        operands = args[1] if len(args) == 2 and isinstance(args[1], tuple | list) else args[1:]
        names = letters.split(",")
        if len(names) != 2 or len(operands) != 2 or "." in letters or not out:
            return
        along = [letter for letter in names[0] if letter in names[1] and letter not in out]
        if len(along) == 1:
            self.products.append((result, operands[0].shape[names[0].index(along[0])]))
            for operand, of in zip(operands, names, strict=True):
                self.weigh(operand, of.index(along[0]))

    def weigh(self, weights: Tensor, dimension: int) -> None:
        """What is multiplied along one dimension may be a softmax."""
        if id(weights) in self.weights:
            number = self.weights[id(weights)][1]
            self.softmaxed[number] = replace(self.softmaxed[number], weighed=dimension)

    def softmax(self, scores: Tensor, dimension: Any, result: Tensor, *, is_log: bool) -> None:
        if not isinstance(dimension, int):
            return
        self.weights[id(result)] = (result, len(self.softmaxed))
        self.softmaxed.append(Softmaxed(dimension % scores.ndim, tuple(scores.shape), is_log))
        for product, width in reversed(self.products):
            if product.shape == scores.shape and (scale := ratio(scores, product)) is not None:
                self.scored.append(Scored(scale, width, tuple(scores.shape)))
                return


def ratio(scores: Tensor, product: Tensor) -> float | None:
    """The one number by which a product was multiplied, where it is not masked; None where there is none."""
    seen = torch.isfinite(scores) & (scores > HIDDEN) & (product.abs() > 0)
    ratios = (scores / product)[seen]
    if ratios.numel() < 2 or float((ratios - ratios[0]).abs().max()) > 1e-4 * float(ratios[0].abs()):
        return None
    return float(ratios[0])


def watched_forward(call: Any, values: Sequence[Any]) -> tuple[list[Scored], list[Softmaxed]]:
    """What a call notes on its way; nothing where it does not run in this mode."""
    tensors = [torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value for value in values]
    with torch.no_grad(), Watching() as watching:
        call(tensors)
    return watching.scored, watching.softmaxed
