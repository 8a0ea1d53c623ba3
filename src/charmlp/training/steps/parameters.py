"""All weights and biases of a network in one flat buffer, with a view for each layer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from charmlp.calculus.elements import Array
from charmlp.system.memory import aligned_zeros


def layer_starts(sizes: Sequence[int]) -> list[int]:
    """Where each layer begins in the flat buffer (its weights row by row, its biases), and where all end."""
    return [0, *itertools.accumulate(out * (into + 1) for into, out in itertools.pairwise(sizes))]


class Parameters:
    """One buffer `flat` of all parameters; `weights[l]` (out×in) and `biases[l]` (out) are views into it.

    What holds for every parameter alike (an optimizer's update, a norm, a moving average) is then one
    operation on one vector. Gradients and optimizer state have the same form.
    """

    def __init__(self, sizes: Sequence[int], dtype: DTypeLike = np.float32) -> None:
        self.sizes = tuple(sizes)
        *starts, size = layer_starts(sizes)
        self.flat: Array = aligned_zeros(size, dtype)
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        for start, (into, out) in zip(starts, itertools.pairwise(sizes), strict=True):
            self.weights.append(self.flat[start : start + out * into].reshape(out, into))
            self.biases.append(self.flat[start + out * into : start + out * (into + 1)])

    @classmethod
    def initial(cls, sizes: Sequence[int], rng: Generator, dtype: DTypeLike = np.float32) -> Parameters:
        """Weights and biases uniform in ±1/√in, the distribution of `torch.nn.Linear`."""
        parameters = cls(sizes, dtype)
        for weight, bias in zip(parameters.weights, parameters.biases, strict=True):
            bound = 1 / np.sqrt(weight.shape[1])
            weight[...] = rng.uniform(-bound, bound, weight.shape)
            bias[...] = rng.uniform(-bound, bound, bias.shape)
        return parameters

    @classmethod
    def of(cls, sizes: Sequence[int], flat: Array) -> Parameters:
        """The values of a flat buffer, copied."""
        parameters = cls(sizes, flat.dtype)
        parameters.flat[...] = flat
        return parameters

    def copy(self) -> Parameters:
        """The same values in a buffer of their own."""
        return self.of(self.sizes, self.flat)

    def __repr__(self) -> str:
        return f"Parameters({'-'.join(map(str, self.sizes))}, {self.flat.size:,} of {self.flat.dtype})"
