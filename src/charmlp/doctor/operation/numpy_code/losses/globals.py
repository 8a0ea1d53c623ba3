"""A loss whose weights are arrays of its module, which it returns the gradients of: a script's network.

Its arguments are data: which ones it takes, class numbers, rows or a state, is found out by trying.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.names import is_gradient, is_loss, meant_by, of_gradient
from charmlp.doctor.words import one_line

FEWEST = 2  # arrays of the module whose gradients are returned
MOST_INPUTS = 4
SCALES = (0.5, 0.2, 0.05)  # of the arrays


@dataclass(frozen=True)
class OfModule:
    """`weights` are the names of the module's arrays, by where their gradients stand in what is returned."""

    function: Function
    weights: Mapping[int, str]

    @property
    def around(self) -> dict[str, Any]:
        around: dict[str, Any] = self.function.call.__globals__
        return around

    def readings(self) -> tuple[Make, ...]:
        return (self.written,)

    def written(self, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        values, data = self.unclipped(sizes, dtype)
        is_clipped = self.is_clipped(values, data)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            loss, gradients = self.result(values, data)
            if not is_clipped and any(map(is_cut_off, gradients)):
                raise ValueError("with these arrays a gradient is cut off")
            return (loss,), lambda upstream: [times(gradient, upstream[0]) for gradient in gradients]

        return HandWritten(
            run,
            meant_by(self.function.name),
            tuple(self.weights.values()),
            parameters=dict(enumerate(values)),
            sizes={"N": sizes["N"]},
        )

    def unclipped(self, sizes: Sizes, dtype: np.dtype) -> tuple[list[Array], list[Any]]:
        """Arrays and data with which no gradient is cut off at a bound, as a recurrent network's may be.

        That is done to gradients on purpose, and on their way to a step.
        """
        found: list[tuple[list[Array], list[Any]]] = []
        for scale in SCALES:
            generator = np.random.default_rng(6)
            shapes = [np.shape(self.around[name]) for name in self.weights.values()]
            values = [(scale * random_numbers(shape, generator)).astype(dtype) for shape in shapes]
            found.append((values, self.fitting(values, sizes)))
            if not self.is_clipped(*found[-1]):
                return found[-1]
        return found[0]

    def is_clipped(self, values: Sequence[Array], data: Sequence[Any]) -> bool:
        return any(map(is_cut_off, self.result(values, data)[1]))

    def fitting(self, values: Sequence[Array], sizes: Sizes) -> list[Any]:
        """The first data with which it runs; raises `CannotExamineError` where there are none."""
        errors: list[Exception] = []
        for data in itertools.product(*[list(self.data(values, sizes)) for _ in self.function.inputs]):
            try:
                loss, gradients = self.result(values, data)
            except Exception as error:
                errors.append(error)
                continue
            if np.isfinite(loss).all() and any(np.any(gradient) for gradient in gradients):
                return list(data)
        raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")

    def data(self, values: Sequence[Array], sizes: Sizes) -> Iterator[Any]:
        """What an argument may be: class numbers, rows for a weight, or a state like one of the biases."""
        n, generator = sizes["N"], np.random.default_rng(5)
        yield [int(i) for i in (np.arange(n) * 2 + np.arange(n) // 2) % min(v.shape[0] for v in values)]
        shapes = [(n, width) for value in values if value.ndim == 2 for width in value.shape]
        yield from (random_numbers(shape, generator) for shape in dict.fromkeys(shapes))
        states = [value.shape for value in values if 1 in value.shape or value.ndim == 1]
        yield from (random_numbers(shape, generator) for shape in dict.fromkeys(states))

    def result(self, values: Sequence[Any], data: Sequence[Any]) -> tuple[Array, list[Any]]:
        """The loss and the gradients, with these arrays in the place of the module's own."""
        own = {name: self.around[name] for name in self.weights.values()}
        self.around.update(zip(self.weights.values(), values, strict=True))
        try:
            returned = self.function.call(*[np.copy(one) if np.ndim(one) > 1 else one for one in data])
        finally:
            self.around.update(own)
        return np.asarray(returned[0], float), [returned[position] for position in self.weights]


def is_cut_off(gradient: Any) -> bool:
    """Whether the largest number of a gradient is as round as a bound that somebody writes."""
    largest = float(abs(np.asarray(gradient)).max(initial=0.0))
    return largest > 0 and largest == round(largest, 1)


def of_module(function: Function) -> OfModule | None:
    """A function that returns a loss first, and gradients of its module's arrays; None for what is none."""
    around = getattr(function.call, "__globals__", {})
    arrays = {name.lower(): name for name, value in around.items() if type(value) is np.ndarray}
    if len(function.returns) <= FEWEST or not is_loss(function.returns[0]):
        return None
    meant = {i: arrays.get(of_gradient(name)) for i, name in enumerate(function.returns) if is_gradient(name)}
    weights = {i: name for i, name in meant.items() if name is not None}
    is_one = len(weights) >= FEWEST and 0 < len(function.inputs) <= MOST_INPUTS
    return OfModule(function, weights) if is_one else None
