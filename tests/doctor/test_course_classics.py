"""Layers as the best-known courses and books write them: right ones are right, the usual slip is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined

MEMORY = """
import numpy as np


class Memory:
    def __init__(self, inputs, units):
        self.n = units
        self.W = np.random.randn(4 * units, inputs + units) * 0.1
        self.b = np.zeros((4 * units, 1))

    def forward(self, x, h_prev, c_prev):
        n = self.n
        self.z = np.vstack([x, h_prev])
        a = self.W @ self.z + self.b
        self.i, self.f, self.o = (1 / (1 + np.exp(-a[k * n : (k + 1) * n])) for k in range(3))
        self.g = np.tanh(a[3 * n :])
        self.c_prev = c_prev
        self.c = self.f * c_prev + self.i * self.g
        self.tc = np.tanh(self.c)
        return self.o * self.tc, self.c

    def backward(self, dh, dc):
        n = self.n
        dc = dc + dh * self.o * (1 - self.tc**2)
        di, df, do, dg = dc * self.g, dc * self.c_prev, dh * self.tc, dc * self.i
        gates = [d * s * (1 - s) for d, s in ((di, self.i), (df, self.f), (do, self.o))]
        da = np.vstack([*gates, dg * (1 - self.g**2)])
        self.dW = da @ self.z.T
        self.db = da.sum(axis=1, keepdims=True)
        dz = self.W.T @ da
        return dz[:-n], dz[-n:], dc * self.f
"""
DROPPING = """
import numpy as np


class Dropout:
    def __init__(self, rate):
        self.rate = 1 - rate

    def forward(self, inputs):
        self.inputs = inputs
        self.binary_mask = np.random.binomial(1, self.rate, size=inputs.shape) / self.rate
        self.output = inputs * self.binary_mask

    def backward(self, dvalues):
        self.dinputs = dvalues * self.binary_mask
"""
HEAD = """
import torch
from torch import nn


class Head(nn.Module):
    def __init__(self, embed_dim, head_dim):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(embed_dim, head_dim) for _ in range(3))
        self.scale = head_dim**-0.5

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        return torch.softmax(q @ k.transpose(-2, -1) * self.scale, dim=-1) @ v
"""


def names(folder: Path, source: str) -> set[str]:
    return {mistake.name for found in examined(folder, source) for mistake in found.mistakes}


SLIPS = [
    pytest.param(MEMORY, "dc * self.f\n", "dc\n", {"path-forgotten"}, marks=pytest.mark.full),  # many lines
    (DROPPING, "dvalues * self.binary_mask", "dvalues", {"relu-mask", "wrong-mask", "scale-forgotten"}),
    (DROPPING, "self.rate = 1 - rate", "self.rate = rate", {"forward-wrong"}),
    pytest.param(HEAD, "head_dim**-0.5", "embed_dim**-0.5", {"forward-wrong"}, marks=pytest.mark.full),
]


@pytest.mark.parametrize("source", [MEMORY, DROPPING, HEAD], ids=["memory", "dropping", "head"])
def test_right_ones_are_right(source: str, tmp_path: Path) -> None:
    assert examined(tmp_path, source) and not names(tmp_path, source)


@pytest.mark.parametrize(("source", "right", "wrong", "named"), SLIPS)
def test_slips_are_named(source: str, right: str, wrong: str, named: set[str], tmp_path: Path) -> None:
    assert source.count(right) == 1
    assert names(tmp_path, source.replace(right, wrong)) & named


def test_a_bias_that_a_softmax_cancels_is_no_mistake(tmp_path: Path) -> None:
    """Its gradient is rounding alone, which is linear in nothing."""
    assert not names(tmp_path, HEAD.replace(" * self.scale", ""))


GATES = """
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_forward(x, h, Wz, Uz, Wr, Ur, Wh, Uh):
    z, r = sigmoid(x @ Wz + h @ Uz), sigmoid(x @ Wr + h @ Ur)
    g = np.tanh(x @ Wh + (r * h) @ Uh)
    return (1 - z) * h + z * g, (x, h, z, r, g, Wz, Uz, Wr, Ur, Wh, Uh)


def gru_backward(dout, cache):
    x, h, z, r, g, Wz, Uz, Wr, Ur, Wh, Uh = cache
    dz, dg = dout * (g - h) * z * (1 - z), dout * z * (1 - g**2)
    drh = dg @ Uh.T
    dr = drh * h * r * (1 - r)
    dx = dz @ Wz.T + dr @ Wr.T + dg @ Wh.T
    dh = dout * (1 - z) + dz @ Uz.T + dr @ Ur.T + drh * r
    return dx, dh, x.T @ dz, h.T @ dz, x.T @ dr, h.T @ dr, x.T @ dg, (r * h).T @ dg
"""


@pytest.mark.full
def test_gates_that_are_shut_show_no_mistake(tmp_path: Path) -> None:
    """Far out, differences of forward are nothing but noise."""
    assert all(examined(tmp_path, GATES))


CAPITALS = """
import numpy as np


class Net:
    def __init__(self, inputs, hidden, outputs):
        self.W1, self.b1 = np.random.randn(inputs, hidden), np.zeros((1, hidden))
        self.W2, self.b2 = np.random.randn(hidden, outputs), np.zeros((1, outputs))

    def forward(self, X):
        self.a1 = np.tanh(X @ self.W1 + self.b1)
        self.y = self.a1 @ self.W2 + self.b2
        return self.y

    def loss(self, X, T):
        return 0.5 * np.sum((self.forward(X) - T) ** 2) / len(X)

    def backward(self, X, T):
        dy = (self.y - T) / len(X)
        self.dW2, self.db2 = self.a1.T @ dy, dy.sum(axis=0, keepdims=True)
        dz = dy @ self.W2.T * (1 - self.a1**2)
        self.dW1, self.db1 = X.T @ dz, dz.sum(axis=0, keepdims=True)
"""


@pytest.mark.full
def test_data_in_the_place_of_an_upstream_gradient(tmp_path: Path) -> None:
    """T may be a temperature, but what is called X, as in forward, is no upstream gradient."""
    assert all(examined(tmp_path, CAPITALS))


@pytest.mark.full
def test_a_slip_beside_data_in_the_place_of_an_upstream_gradient(tmp_path: Path) -> None:
    assert not all(examined(tmp_path, CAPITALS.replace("(1 - self.a1**2)", "(1 - self.a1)")))
