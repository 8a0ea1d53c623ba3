"""All weights and biases of a network in one flat buffer, with a view for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from charmlp.system.memory import aligned_zeros


class Parameters:
    """One buffer `flat` of all parameters; `weights[l]` (out×in) and `biases[l]` (out) are views into it.

    What holds for every parameter alike (an optimizer's update, a norm, a moving average) is then one
    operation on one vector. Gradients and optimizer state have the same form.
    """

    def __init__(self, sizes: Sequence[int], dtype: DTypeLike = np.float32) -> None:
        self.sizes = tuple(sizes)
        shapes = list(zip(self.sizes[1:], self.sizes[:-1], strict=True))
        self.flat: NDArray[Any] = aligned_zeros(sum(out * (into + 1) for out, into in shapes), dtype)
        self.weights: list[NDArray[Any]] = []
        self.biases: list[NDArray[Any]] = []
        self.starts: list[int] = []  # where each layer begins in `flat`: weights, then biases
        start = 0
        for out, into in shapes:
            self.starts.append(start)
            self.weights.append(self.flat[start : start + out * into].reshape(out, into))
            self.biases.append(self.flat[start + out * into : start + out * (into + 1)])
            start += out * (into + 1)

    @classmethod
    def initial(
        cls, sizes: Sequence[int], rng: np.random.Generator, dtype: DTypeLike = np.float32
    ) -> Parameters:
        """Weights and biases uniform in ±1/√in, the distribution of `torch.nn.Linear`."""
        parameters = cls(sizes, dtype)
        for weight, bias in zip(parameters.weights, parameters.biases, strict=True):
            bound = 1 / np.sqrt(weight.shape[1])
            weight[...] = rng.uniform(-bound, bound, weight.shape)
            bias[...] = rng.uniform(-bound, bound, bias.shape)
        return parameters

    @classmethod
    def of(cls, sizes: Sequence[int], flat: NDArray[Any]) -> Parameters:
        """The values of a flat buffer, copied."""
        parameters = cls(sizes, flat.dtype)
        parameters.flat[...] = flat
        return parameters

    def like(self) -> Parameters:
        """Zeros of the same form, for gradients."""
        return Parameters(self.sizes, self.flat.dtype)

    def copy(self) -> Parameters:
        """The same values in a buffer of their own."""
        return self.of(self.sizes, self.flat)

    def __repr__(self) -> str:
        return f"Parameters({'-'.join(map(str, self.sizes))}, {self.flat.size:,} of {self.flat.dtype})"
