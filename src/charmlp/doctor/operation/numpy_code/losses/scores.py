"""A loss of x W as a loss of its scores z = x W alone, which may be one of the losses that are known.

With more columns in x than rows, any scores have weights, W = x⁺ z, and ∂L/∂W = xᵀ ∂L/∂z tells ∂L/∂z.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes

CLOSE = 1e-6  # relative
Parameters = Mapping[str, Array]
Run = Callable[[Parameters, Array, Array], tuple[Any, Sequence[Any]]]  # of parameters, x, y: loss, gradients


@dataclass(frozen=True)
class Scores:
    """`run` gives a loss and its gradients; parameters, data and sizes show in which shapes it takes them."""

    run: Run
    parameters: Parameters
    data: Array
    sizes: Sizes
    weight: str  # the one parameter that multiplies x

    @property
    def of_rows(self) -> bool:
        return self.data.shape[0] == self.sizes["N"]

    @property
    def is_transposed(self) -> bool:
        """Whether W holds one row an output, not one column."""
        return self.parameters[self.weight].shape[0] != self.data.shape[self.of_rows]

    def at(self, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        n = sizes["N"]
        x = random_numbers((n, n + 2), np.random.default_rng(8)).astype(dtype)
        inverse = np.linalg.pinv(x)

        def result(weights: Array, truth: Array) -> tuple[Any, Array]:
            """The loss, and the gradient of the weights; the other parameters are 0."""
            given = {
                name: np.zeros([weights.shape[1] if n == self.sizes["C"] else n for n in value.shape])
                for name, value in self.parameters.items()
            }
            given[self.weight] = weights.T if self.is_transposed else weights
            data, truth = (x.copy(), truth) if self.of_rows else (x.T.copy(), truth.T)
            loss, gradients = self.run(given, data, truth)
            gradient = np.asarray(gradients[list(given).index(self.weight)])
            return loss, gradient.T if self.is_transposed else gradient

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            scores, truth = values
            loss, of_weights = result(inverse @ scores, truth)
            beside = (np.eye(n + 2) - inverse @ x) @ np.ones((n + 2, *scores.shape[1:]))
            if not np.allclose(loss, result(inverse @ scores + beside, truth)[0], rtol=CLOSE):
                raise ValueError("the loss is no function of the scores alone")
            found = inverse.T @ of_weights
            if not np.allclose(x.T @ found, of_weights, rtol=CLOSE, atol=CLOSE):
                raise ValueError("the gradient of W is no product with x")
            return (loss,), lambda upstream: [found * upstream[0], None]

        return HandWritten(run, "", ("logits", "target"), constants=("target",))


def of_scores(run: Run, parameters: Parameters, data: Array, sizes: Sizes) -> Make | None:
    """None where it is not one matrix of weights that multiplies the data."""
    weights = [name for name, value in parameters.items() if value.ndim == 2 and min(value.shape) > 1]
    alone = len(weights) == 1 and data.ndim == 2
    return Scores(run, parameters, data, sizes, weights[0]).at if alone else None
