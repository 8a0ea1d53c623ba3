"""Code that takes gradient steps and shows none; sequences; closures: right ones, and slips in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.examination import examine_operation
from charmlp.doctor.operation.numpy_code import written
from charmlp.doctor.operation.numpy_code.descent.updates import updates_in
from charmlp.doctor.operation.source import definition
from tests.doctor.test_numpy_functions import module_of
from tests.sampling import one_in

LOGISTIC = """
class Logistic:
    def __init__(self, rate=0.1, epochs=100):
        self.rate = rate
        self.epochs = epochs

    def fit(self, X, y):
        n, d = X.shape
        self.w = np.zeros(d)
        self.b = 0
        for _ in range(self.epochs):
            p = 1 / (1 + np.exp(-(X @ self.w + self.b)))
            self.w -= self.rate * (X.T @ (p - y)) / n
            self.b -= self.rate * np.mean(p - y)
"""
PERCEPTRON = """
class Two:
    def __init__(self, inputs, hidden, outputs, eta):
        self.w1 = np.random.randn(hidden, inputs)
        self.w2 = np.random.randn(outputs, hidden)
        self.eta = eta

    def train(self, x_list, target_list):
        x = np.array(x_list, ndmin=2).T
        target = np.array(target_list, ndmin=2).T
        h = np.tanh(self.w1 @ x)
        y = self.w2 @ h
        delta = y - target
        back = self.w2.T @ delta * (1 - h ** 2)
        self.w2 -= self.eta * delta @ h.T
        self.w1 -= self.eta * back @ x.T
"""
DESCENT = """
def cost(X, y, theta):
    return np.sum((X @ theta - y) ** 2) / (2 * len(y))

def gradient_descent(X, y, theta, alpha, num_iters):
    for _ in range(num_iters):
        theta = theta - alpha / len(y) * X.T @ (X @ theta - y)
    return theta
"""
SEQUENCE = """
def step_forward(x, prev_h, Wx, Wh, b):
    h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return h, (x, prev_h, Wx, Wh, h)

def step_backward(dh, cache):
    x, prev_h, Wx, Wh, h = cache
    da = dh * (1 - h ** 2)
    return da @ Wx.T, da @ Wh.T, x.T @ da, prev_h.T @ da, da.sum(axis=0)

def rnn_forward(x, h0, Wx, Wh, b):
    h, cache = h0, []
    hs = np.zeros((len(x), x.shape[1], h0.shape[1]))
    for t in range(x.shape[1]):
        h, kept = step_forward(x[:, t], h, Wx, Wh, b)
        hs[:, t] = h
        cache.append(kept)
    return hs, cache

def rnn_backward(dhs, cache):
    n, steps, k = dhs.shape
    dx = np.zeros((n, steps, cache[0][0].shape[1]))
    back, dWx, dWh, db = np.zeros((n, k)), 0, 0, 0
    for t in reversed(range(steps)):
        dx[:, t], back, wx, wh, bb = step_backward(dhs[:, t] + back, cache[t])
        dWx, dWh, db = dWx + wx, dWh + wh, db + bb
    return dx, back, dWx, dWh, db
"""
CLOSURE = """
def product(a, b):
    def pullback(g):
        return g @ b.T, a.T @ g
    return a @ b, pullback
"""
CELL = """
class Cell:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        z = 1 / (1 + np.exp(-(x @ Wx + h_prev @ Wh + b)))
        self.kept = x, h_prev, z
        return z * h_prev + x * x

    def backward(self, dh):
        Wx, Wh, b = self.params
        x, h_prev, z = self.kept
        da = dh * h_prev * z * (1 - z)
        self.grads[0][...] = x.T @ da
        self.grads[1][...] = h_prev.T @ da
        self.grads[2][...] = da.sum(axis=0)
        return da @ Wx.T + 2 * x * dh, da @ Wh.T + z * dh
"""
RIGHT = {
    "logistic": LOGISTIC, "two": PERCEPTRON, "descent": DESCENT, "sequence": SEQUENCE, "closure": CLOSURE,
    "cell": CELL,
}  # fmt: skip
# What stands there, what is written instead, and the mistake
SLIPS = [
    (LOGISTIC, "np.mean(p - y)", "np.sum(p - y)", "missing-mean"),
    (LOGISTIC, "self.w -= ", "self.w += ", "sign-flipped"),
    (PERCEPTRON, "* (1 - h ** 2)", "* h * (1 - h)", "wrong-variable"),
    (DESCENT, "alpha / len(y) *", "alpha *", "missing-mean"),
    (SEQUENCE, "dhs[:, t] + back", "dhs[:, t]", "path-forgotten"),
    (CLOSURE, "a.T @ g", "g.T @ a", "weight-transposed"),
    (CELL, "+ 2 * x * dh", "- 2 * x * dh", "sign-flipped"),
]


def diagnoses(source: str, folder: Path) -> list[Diagnosis]:
    found = written(module_of(source, folder))
    return [examine_operation(one, None, None, one.name, one.name) for one in found]


@pytest.mark.parametrize("name", one_in(2, RIGHT))
def test_right_ones_are_healthy(name: str, tmp_path: Path) -> None:
    found = diagnoses(RIGHT[name], tmp_path)
    assert found and all(found)


@pytest.mark.parametrize(
    ("source", "there", "slip", "mistake"), one_in(3, SLIPS), ids=[s[2] or s[1] for s in SLIPS]
)
def test_a_slip_is_named(source: str, there: str, slip: str, mistake: str, tmp_path: Path) -> None:
    assert source.count(there) == 1
    named = {m.name for d in diagnoses(source.replace(there, slip), tmp_path) for m in d.mistakes}
    assert mistake in named


def test_a_step_of_no_known_loss_is_not_judged(tmp_path: Path) -> None:
    """Nobody knows what it descends: it is neither healthy nor mistaken."""
    source = LOGISTIC.replace("X.T @ (p - y)", "X.T @ np.cos(40 * y * p)").replace("(p - y)", "(p * p)")
    (found,) = diagnoses(source, tmp_path)
    assert not found.mistakes
    assert found.reason is not None and found.reason.key == "no-loss"


def test_the_module_is_left_as_it_was(tmp_path: Path) -> None:
    module = module_of(DESCENT, tmp_path)
    before, code = dict(vars(module)), module.gradient_descent.__code__
    assert all(examine_operation(one, None, None, one.name, one.name) for one in written(module))
    assert vars(module) == before and module.gradient_descent.__code__ is code


@pytest.mark.parametrize(
    ("line", "is_step"),
    [("w -= lr * g", True), ("w = w - lr * g", True), ("u = lr * g; w += u", True), ("total += g", False)],
)
def test_a_step_is_told_from_a_sum(line: str, is_step: bool, tmp_path: Path) -> None:
    module = module_of(f"def f(w, g, lr, total):\n    {line}\n", tmp_path)
    tree = definition(module.f)
    assert (updates_in(tree) is not None) is is_step  # type: ignore[arg-type]
