"""Inputs and outputs that come as tuples: states of cells, the functions of a chain."""

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

CELL = """
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cell_forward(x, h_prev, c_prev, W, U, b):
    H = h_prev.shape[1]
    z = x @ W + h_prev @ U + b
    i, f, o = (sigmoid(z[:, k * H : (k + 1) * H]) for k in range(3))
    g = np.tanh(z[:, 3 * H :])
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    return (h, c), (x, h_prev, c_prev, W, U, i, f, o, g, c)


def cell_backward(dNext, dMemory, cache):
    x, h_prev, c_prev, W, U, i, f, o, g, c = cache
    t = np.tanh(c)
    dc = dMemory + dNext * o * (1 - t**2)
    gates = dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dNext * t * o * (1 - o), dc * i * (1 - g**2)
    dz = np.hstack(gates)
    return dz @ W.T, dz @ U.T, dc * f, x.T @ dz, h_prev.T @ dz, dz.sum(axis=0)
"""
SERIES = """
import numpy as np


def series(x, W, U):
    h = np.zeros((x.shape[1], U.shape[0]))
    states, cache = [], []
    for step in x:
        cache.append((step, h))
        h = np.tanh(step @ W + h @ U)
        states.append(h)
    return (np.stack(states), h), (cache, states)


def series_backward(cache, W, U, dStates, dLast):
    cache, states = cache
    dx, dW, dU, dh = [], np.zeros_like(W), np.zeros_like(U), dLast
    for t in reversed(range(len(cache))):
        step, before = cache[t]
        dz = (dStates[t] + dh) * (1 - states[t] ** 2)
        dx.insert(0, dz @ W.T)
        dW += step.T @ dz
        dU += before.T @ dz
        dh = dz @ U.T
    return np.stack(dx), dW, dU


if __name__ == "__main__":
    (h, last), cache = series(np.random.randn(5, 3, 2), np.random.randn(2, 4), np.random.randn(4, 4))
"""
CHAIN = """
import numpy as np


class Sigmoid:
    def forward(self, inputs):
        (x,) = inputs
        self.y = 1 / (1 + np.exp(-x))
        return (self.y,)

    def backward(self, inputs, grad_outputs):
        (gy,) = grad_outputs
        return (gy * self.y * (1 - self.y),)
"""
SLIPS = [
    (CELL, "dMemory + dNext * o", "dNext * o", {"path-forgotten"}),
    (CELL, "dc * i * (1 - g**2)", "dc * i * (1 - g)", {"wrong-variable"}),
    (SERIES, "(dStates[t] + dh) * (1", "dStates[t] * (1", {"path-forgotten"}),
    (CHAIN, "gy * self.y * (1 - self.y)", "self.y * (1 - self.y)", {"cotangent-ignored"}),
]


@pytest.mark.parametrize("source", [CELL, SERIES, CHAIN], ids=["cell", "series", "chain"])
def test_right_ones_are_right(source: str, tmp_path: Path) -> None:
    diagnoses = examined(tmp_path, source)
    assert any(diagnoses) and not any(one.mistakes for one in diagnoses)


@pytest.mark.parametrize(("source", "right", "wrong", "names"), one_in(3, SLIPS))
def test_slips_are_named(source: str, right: str, wrong: str, names: set[str], tmp_path: Path) -> None:
    assert source.count(right) == 1
    diagnoses = examined(tmp_path, source.replace(right, wrong))
    assert {mistake.name for one in diagnoses for mistake in one.mistakes} == names
