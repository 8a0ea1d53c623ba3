"""The functions that formulas are written with, on the float64 arrays in which the doctor computes.

Formulas use these, operators, and the methods that PyTorch's tensors share with NumPy's arrays (`.T`,
`.sum(axis=, keepdims=)`), so that this file alone knows which of the two they are.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

Array = Tensor

exp, log, sign, sigmoid, tanh, ones_like = (
    torch.exp, torch.log, torch.sign, torch.sigmoid, torch.tanh, torch.ones_like
)  # fmt: skip
where = torch.where


def positive(x: Array) -> Array:
    """max(0, x)."""
    return x.clamp(min=0)


def negative(x: Array) -> Array:
    """min(0, x)."""
    return x.clamp(max=0)


def row_sum(x: Array) -> Array:
    """One sum a row, as a column."""
    return x.sum(axis=1, keepdims=True)  # type: ignore[call-overload]


def softmax(z: Array, axis: int = 1) -> Array:
    return torch.softmax(z, axis)


def log_softmax(z: Array, axis: int = 1) -> Array:
    return torch.log_softmax(z, axis)


def softmax_of_all(z: Array) -> Array:
    """A softmax over all elements."""
    return z.flatten().softmax(0).view_as(z)


def normal_cdf(x: Array) -> Array:
    """Φ(x), the share of a standard normal distribution below x."""
    return 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def normal_density(x: Array) -> Array:
    """φ(x) = Φ′(x)."""
    return torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def roll(x: Array, shift: int, axis: int) -> Array:
    return x.roll(shift, axis)
