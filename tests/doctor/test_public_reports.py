"""NumPy files as public reports show them: right ones are right, and the slip of the report is named."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from charmlp.doctor.operation.numpy_code.descent.statements import applies_given
from charmlp.doctor.operation.numpy_code.trying.pieces import by_leaf
from tests.doctor.test_survey import examined

LOOPS = """
import numpy as np


def compute_cost(X, y, w, b):
    m = X.shape[0]
    cost = 0.0
    for i in range(m):
        cost = cost + (np.dot(X[i], w) + b - y[i]) ** 2
    return cost / (2 * m)


def compute_gradient(X, y, w, b):
    m, n = X.shape
    dj_dw = np.zeros((n,))
    dj_db = 0.0
    for i in range(m):
        err = (np.dot(X[i], w) + b) - y[i]
        for j in range(n):
            dj_dw[j] = dj_dw[j] + err * X[i, j]
        dj_db = dj_db + err
    return dj_db / m, dj_dw / m
"""
WORDS = """
import random

import numpy as np


class Words:
    def sample(self):
        return random.randint(0, 4)


def naive_loss_and_gradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    scores = np.dot(outsideVectors, centerWordVec)
    y_hat = np.exp(scores - np.max(scores))
    y_hat /= np.sum(y_hat)
    loss = -np.log(y_hat[outsideWordIdx])
    delta = y_hat.copy()
    delta[outsideWordIdx] -= 1
    gradCenterVec = np.dot(outsideVectors.T, delta)
    gradOutsideVecs = np.outer(delta, centerWordVec)
    return loss, gradCenterVec, gradOutsideVecs


def sampled_loss_and_gradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=3):
    gradCenterVec = np.zeros(centerWordVec.shape)
    gradOutsideVecs = np.zeros(outsideVectors.shape)
    z = 1 / (1 + np.exp(-np.dot(outsideVectors[outsideWordIdx], centerWordVec)))
    loss = -np.log(z)
    gradCenterVec += outsideVectors[outsideWordIdx] * (z - 1)
    gradOutsideVecs[outsideWordIdx] += centerWordVec * (z - 1)
    for w in [dataset.sample() for _ in range(K)]:
        z = 1 / (1 + np.exp(np.dot(outsideVectors[w], centerWordVec)))
        loss -= np.log(z)
        gradCenterVec += outsideVectors[w] * (1 - z)
        gradOutsideVecs[w] += centerWordVec * (1 - z)
    return loss, gradCenterVec, gradOutsideVecs


if __name__ == "__main__":
    center, outside = np.random.randn(3), np.random.randn(5, 3)
    print(naive_loss_and_gradient(center, 1, outside, Words()))
    print(sampled_loss_and_gradient(center, 1, outside, Words()))
"""
MACHINE = """
import numpy as np


class Machine:
    def __init__(self, n, k, reg=0.01):
        rng = np.random.default_rng(0)
        self.w0, self.w, self.V, self.reg = 0.0, np.zeros(n), rng.normal(scale=0.1, size=(n, k)), reg

    def predict_one(self, x):
        s = self.V.T @ x
        return self.w0 + self.w @ x + 0.5 * np.sum(s**2 - (self.V**2).T @ (x**2))

    def loss(self, x, y):
        return 0.5 * (self.predict_one(x) - y) ** 2 + 0.5 * self.reg * (np.sum(self.w**2) + np.sum(self.V**2))

    def gradients(self, x, y):
        err = self.predict_one(x) - y
        gw = err * x + self.reg * self.w
        gV = err * (np.outer(x, self.V.T @ x) - self.V * (x**2)[:, None]) + self.reg * self.V
        return err, gw, gV

    def fit(self, X, y, epochs, lr):
        for _ in range(epochs):
            for x, t in zip(X, y):
                g0, gw, gV = self.gradients(x, t)
                self.w0 -= lr * g0
                self.w -= lr * gw
                self.V -= lr * gV
"""
NORMED = """
import numpy as np


class Net:
    def __init__(self, inputs, hidden, outputs):
        self.params = {
            "W1": 0.1 * np.random.randn(inputs, hidden),
            "gamma1": np.ones(hidden),
            "beta1": np.zeros(hidden),
            "W2": 0.1 * np.random.randn(hidden, outputs),
        }
        self.mean, self.var = np.zeros(hidden), np.ones(hidden)

    def predict(self, x, train_flg=False):
        p = self.params
        self.x, h = x, x @ p["W1"]
        mean, var = (h.mean(axis=0), h.var(axis=0)) if train_flg else (self.mean, self.var)
        self.std = np.sqrt(var + 1e-6)
        self.xn = (h - mean) / self.std
        self.a = np.maximum(p["gamma1"] * self.xn + p["beta1"], 0)
        return self.a @ p["W2"]

    def loss(self, x, t, train_flg=False):
        z = self.predict(x, train_flg)
        self.y = np.exp(z - z.max(axis=1, keepdims=True))
        self.y /= self.y.sum(axis=1, keepdims=True)
        return -np.mean(np.log(self.y[np.arange(len(t)), t] + 1e-7))

    def gradient(self, x, t):
        self.loss(x, t, train_flg=True)
        p, n = self.params, len(t)
        dz = self.y.copy()
        dz[np.arange(n), t] -= 1
        dz /= n
        da = (dz @ p["W2"].T) * (self.a > 0)
        dxn = da * p["gamma1"]
        dh = (dxn - dxn.mean(axis=0) - self.xn * (dxn * self.xn).mean(axis=0)) / self.std
        return {
            "W1": self.x.T @ dh,
            "gamma1": (da * self.xn).sum(axis=0),
            "beta1": da.sum(axis=0),
            "W2": self.a.T @ dz,
        }
"""
ONE_ROW = """
import numpy as np


class FCLayer:
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward_propagation(self, input_data):
        self.input = input_data
        return np.dot(self.input, self.weights) + self.bias

    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        self.weights -= learning_rate * np.dot(self.input.T, output_error)
        self.bias -= learning_rate * output_error
        return input_error


if __name__ == "__main__":
    layer = FCLayer(2, 3)
    for x in np.random.rand(4, 1, 2):
        layer.backward_propagation(layer.forward_propagation(x) - 1.0, 0.1)
"""
SEQUENCES = """
import numpy as np


class LayerNorm:
    def __init__(self, dim, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(dim), np.zeros(dim), eps

    def forward(self, x):
        self.rstd = 1 / np.sqrt(x.var(-1, keepdims=True) + self.eps)
        self.xhat = (x - x.mean(-1, keepdims=True)) * self.rstd
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        axes = tuple(range(dout.ndim - 1))
        self.dgamma = (dout * self.xhat).sum(axes)
        self.dbeta = dout.sum(axes)
        d = dout * self.gamma
        spread = self.xhat * (d * self.xhat).mean(-1, keepdims=True)
        return self.rstd * (d - d.mean(-1, keepdims=True) - spread)


if __name__ == "__main__":
    norm = LayerNorm(6)
    norm.backward(norm.forward(np.random.randn(2, 5, 6)))
"""
CLIPPED = """
import numpy as np


class RNN:
    def __init__(self, inputs, outputs, hidden=4):
        self.Whh = np.random.randn(hidden, hidden) / 2
        self.Wxh = np.random.randn(hidden, inputs) / 2
        self.Why = np.random.randn(outputs, hidden) / 2
        self.bh, self.by = np.zeros((hidden, 1)), np.zeros((outputs, 1))

    def forward(self, inputs):
        h = np.zeros((self.Whh.shape[0], 1))
        self.inputs, self.hs = inputs, {0: h}
        for i, x in enumerate(inputs):
            h = np.tanh(self.Wxh @ x + self.Whh @ h + self.bh)
            self.hs[i + 1] = h
        return self.Why @ h + self.by

    def backprop(self, d_y, learn_rate=2e-2):
        n = len(self.inputs)
        d_Why, d_by = d_y @ self.hs[n].T, d_y
        d_Whh, d_Wxh, d_bh = np.zeros(self.Whh.shape), np.zeros(self.Wxh.shape), np.zeros(self.bh.shape)
        d_h = self.Why.T @ d_y
        for t in reversed(range(n)):
            temp = (1 - self.hs[t + 1] ** 2) * d_h
            d_bh += temp
            d_Whh += temp @ self.hs[t].T
            d_Wxh += temp @ self.inputs[t].T
            d_h = self.Whh.T @ temp
        for d in [d_Wxh, d_Whh, d_Why, d_bh, d_by]:
            np.clip(d, -1, 1, out=d)
        self.Whh -= learn_rate * d_Whh
        self.Wxh -= learn_rate * d_Wxh
        self.Why -= learn_rate * d_Why
        self.bh -= learn_rate * d_bh
        self.by -= learn_rate * d_by


if __name__ == "__main__":
    rnn = RNN(3, 2)
    words = [np.eye(3)[:, [i]] for i in (0,)]
    rnn.backprop(rnn.forward(words) - 1.0)
"""
SLIPS = [
    (LOOPS, "        dj_db = dj_db + err\n", "    dj_db = dj_db + err\n", {6, 28}),
    (WORDS, "    delta[outsideWordIdx] -= 1\n", "", {20}),
    (WORDS, "gradOutsideVecs[w] +=", "gradOutsideVecs[w] =", {32}),
    (MACHINE, " - self.V * (x**2)[:, None]", "", {28}),
    (SEQUENCES, "self.dbeta = dout.sum(axes)", "self.dbeta = dout.sum(0)", {6}),
    pytest.param(CLIPPED, "1 - self.hs[t + 1] ** 2", "1 - self.hs[t] ** 2", {18}, marks=pytest.mark.full),
    pytest.param(NORMED, " - self.xn * (dxn * self.xn).mean(axis=0)", "", {28}, marks=pytest.mark.full),
]


def rows(folder: Path, source: str) -> set[int]:
    return {mistake.row or 0 for one in examined(folder, source) for mistake in one.mistakes}


@pytest.mark.parametrize(
    "source",
    [LOOPS, WORDS, MACHINE, NORMED, ONE_ROW, SEQUENCES, pytest.param(CLIPPED, marks=pytest.mark.full)],
    ids=["loops", "words", "machine", "normed", "one_row", "sequences", "clipped"],
)
def test_right_ones_are_right(source: str, tmp_path: Path) -> None:
    found = examined(tmp_path, source)
    assert found and not [one.text("en") for one in found if one.mistakes or one.reason]


@pytest.mark.parametrize(("source", "right", "wrong", "expected"), SLIPS)
def test_slips_are_named(source: str, right: str, wrong: str, expected: set[int], tmp_path: Path) -> None:
    assert source.count(right) == 1
    assert rows(tmp_path, source.replace(right, wrong)) & expected


def test_a_bias_of_one_row_that_learns_from_batches_is_to_be_summed(tmp_path: Path) -> None:
    assert 6 in rows(tmp_path, ONE_ROW.replace("rand(4, 1, 2)", "rand(4, 5, 2)"))


def test_an_update_that_is_given_its_gradients_is_the_gradient_of_nothing() -> None:
    given = (
        "def update(W, b, dW, db, alpha):\n    W = W - alpha * dW\n    b = b - alpha * db\n    return W, b"
    )
    computed = "def update(W1, dz, x, alpha):\n    W1 = W1 - alpha * np.dot(dz, x.T)\n    return W1"
    found = [ast.parse(one).body[0] for one in (given, computed)]
    assert [isinstance(one, ast.FunctionDef) and applies_given(one) for one in found] == [True, False]


def test_what_a_dict_holds_for_weights_is_no_gradient_of_data() -> None:
    found = {"W1": np.ones((4, 3)), "W2": np.ones(3)}
    assert by_leaf(found, [""], {"x": np.zeros(3)}) == {}
    assert set(by_leaf(found, [""], {"x": np.zeros(3), "W2": np.zeros(3)})) == {"W2"}
