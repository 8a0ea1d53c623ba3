"""A loss of x W as a loss of its scores z = x W alone, which may be one of the losses that are known.

With more columns in x than rows, any scores have weights, W = x⁺ z, and ∂L/∂W = xᵀ ∂L/∂z tells ∂L/∂z.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes

if TYPE_CHECKING:
    from charmlp.doctor.operation.numpy_code.networks import Network, Problem

CLOSE = 1e-6  # relative
Run = Callable[["Problem"], tuple[Any, Sequence[Any]]]  # the loss, and the gradients of the parameters


@dataclass(frozen=True)
class Scores:
    """`run` gives loss and gradients of a problem; `problem` shows in which shapes it takes x, y and W."""

    run: Run
    problem: Problem
    weight: str  # the one parameter that multiplies x

    @property
    def of_rows(self) -> bool:
        return self.problem.data.shape[0] == self.problem.sizes["N"]

    @property
    def is_transposed(self) -> bool:
        """Whether W holds one row an output, not one column."""
        inputs = self.problem.data.shape[self.of_rows]
        return self.problem.parameters[self.weight].shape[0] != inputs

    def at(self, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        n = sizes["N"]
        x = random_numbers((n, n + 2), np.random.default_rng(8))
        inverse = np.linalg.pinv(x)

        def problem_of(weights: Array, truth: Array) -> Problem:
            widths = {self.problem.sizes["C"]: weights.shape[1]}
            given = {
                name: np.zeros([widths.get(side, side) for side in value.shape])
                for name, value in self.problem.parameters.items()
            }
            given[self.weight] = weights.T if self.is_transposed else weights
            data, truth = (x, truth) if self.of_rows else (x.T, truth.T)
            return replace(self.problem, parameters=given, data=data.astype(dtype), truth=truth)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            scores, truth = values
            loss, gradients = self.run(problem_of(inverse @ scores, truth))
            beside = (np.eye(n + 2) - inverse @ x) @ np.ones((n + 2, *scores.shape[1:]))
            other, _ = self.run(problem_of(inverse @ scores + beside, truth))
            if not np.allclose(loss, other, rtol=CLOSE):
                raise ValueError("the loss is no function of the scores alone")
            of_weights = np.asarray(gradients[list(self.problem.parameters).index(self.weight)])
            of_weights = of_weights.T if self.is_transposed else of_weights
            found = inverse.T @ of_weights
            if not np.allclose(x.T @ found, of_weights, rtol=CLOSE, atol=CLOSE):
                raise ValueError("the gradient of W is no product with x")
            return (loss,), lambda upstream: [found * upstream[0], None]

        return HandWritten(run, "", ("logits", "target"), constants=("target",))


def of_scores(network: Network, problem: Problem, run: Run) -> Make | None:
    """None where it is not one matrix of weights, or vector, that multiplies the data."""
    weights = [name for name, value in problem.parameters.items() if value.ndim == 2 and min(value.shape) > 1]
    plain = network.forward is None and network.dict_name is None and problem.data.ndim == 2
    return Scores(run, problem, weights[0]).at if plain and len(weights) == 1 else None
