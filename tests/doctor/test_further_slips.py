"""Slips that take more than one expression to see: a chain that is broken twice, a loop's sum."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_orders import names
from tests.doctor.test_survey import examined
from tests.sampling import one_in

CONVOLUTION = """
import numpy as np

class Filters:
    def __init__(self, count=3, width=4):
        self.taps = np.random.normal(size=(count, width))

    def forward(self, signal):
        self.signal = signal
        return np.array([np.convolve(signal, taps, mode="valid") for taps in self.taps])

    def backward(self, dout):
        self.dtaps = np.zeros(self.taps.shape)
        dsignal = np.zeros(self.signal.shape)
        for i, g in enumerate(dout):
            self.dtaps[i] = np.correlate(self.signal, g, mode="valid")[::-1]
            dsignal += np.correlate(g, self.taps[i], mode="full")
        return dsignal
"""
INVERSE = """
import numpy as np

def solved_forward(a):
    inverse = np.linalg.inv(a)
    return inverse, inverse

def solved_backward(dout, inverse):
    return -(inverse.T @ (dout @ inverse.T))
"""
NETWORK = """
import numpy as np

def squash(v):
    return 1 / (1 + np.exp(-v))

def loss_and_gradients(x, y, w1, b1, w2, b2):
    h = squash(x @ w1 + b1)
    p = squash(h @ w2 + b2)
    loss = 0.5 * np.sum((p - y) ** 2)
    dp = p - y
    dz = dp * (p * (1 - p))
    dh = dz @ w2.T
    dv = dh * (h * (1 - h))
    return loss, x.T @ dv, dv.sum(axis=0), h.T @ dz, dz.sum(axis=0)
"""
DROPPED = """
import numpy as np

class Thinned:
    def __init__(self, n_in, n_hidden, rate=0.4):
        self.rate = rate
        self.W = np.random.randn(n_in, n_hidden)
        self.V = np.random.randn(n_hidden, 1)

    def loss(self, X, y):
        a = np.tanh(X @ self.W)
        kept = np.random.rand(*a.shape) > self.rate
        thin = a * kept / (1 - self.rate)
        miss = thin @ self.V - y
        value = 0.5 * np.sum(miss ** 2)
        back = miss @ self.V.T * (kept / (1 - self.rate))
        return value, {"W": X.T @ (back * (1 - a ** 2)), "V": thin.T @ miss}
"""
STEPS = """
import numpy as np

class Repeated:
    def __init__(self, n):
        self.W = np.random.randn(n, n) * 0.3

    def forward(self, xs):
        self.xs, self.states = xs, [np.ones(xs.shape[1:])]
        for x in xs:
            self.states.append(np.tanh(x + self.states[-1] @ self.W))
        return np.stack(self.states[1:])

    def backward(self, dstates):
        later, dxs, self.dW = 0.0, [], 0.0
        for t in reversed(range(len(self.xs))):
            dz = (dstates[t] + later) * (1 - self.states[t + 1] ** 2)
            self.dW = self.dW + self.states[t].T @ dz
            later = dz @ self.W.T
            dxs.append(dz)
        return np.stack(dxs[::-1])
"""
LINE = """
import numpy as np

class Line:
    def __init__(self):
        self.W = None

    def loss(self, W, X, y):
        return np.linalg.norm(X @ W - y, 2) ** 2 / (2 * len(X))

    def gradient(self, W, X, y):
        return X.T @ (X @ W - y) / len(X)
"""
SLIPS = [
    (CONVOLUTION, "[::-1]\n", "\n", "kernel-not-flipped"),
    (
        INVERSE,
        "(inverse.T @ (dout @ inverse.T))",
        "(inverse @ (dout @ inverse))",
        "wrong-transpose-for-input",
    ),
    (NETWORK, "dp * (p * (1 - p))", "dp * (1 - dp)", "slope-of-upstream"),
    (NETWORK, "dh = dz @ w2.T\n    dv = dh *", "dh = dp @ w2.T\n    dv = dp *", "path-forgotten"),
    (NETWORK, "x.T @ dv, dv.sum(axis=0), h.T", "dv.sum(axis=0), x.T @ dv, h.T", "wrong-order"),
    (DROPPED, " * (kept / (1 - self.rate))\n", "\n", "scale-forgotten"),
    (STEPS, "self.dW + self.states", "self.states", "not-accumulated"),
    (LINE, ", 2) ** 2", ", 2)", "forward-wrong"),
]


@pytest.mark.parametrize(("source", "right", "wrong", "mistake"), one_in(4, SLIPS))
def test_a_slip_is_named_and_right_code_is_healthy(
    source: str, right: str, wrong: str, mistake: str, tmp_path: Path
) -> None:
    assert source.count(right) == 1
    assert names(tmp_path, source) == [] and examined(tmp_path, source)[0]
    assert mistake in {name for name, _ in names(tmp_path, source.replace(right, wrong))}
