"""Programs that learn one row after the other, and those of classes −1 and 1: right ones and their slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.examination import examine_operation
from charmlp.doctor.operation import own_run
from charmlp.doctor.operation.numpy_code import written
from tests.doctor.test_descents import mistakes_of
from tests.doctor.test_numpy_functions import module_of
from tests.sampling import in_full, one_in

MACHINE = """
class SVM:
    def __init__(self, rate=0.001, lambda_param=0.01, n_iters=100):
        self.rate = rate
        self.lambda_param = lambda_param
        self.n_iters = n_iters
        self.w = None
        self.b = None

    def fit(self, X, y):
        n_samples, n_features = X.shape
        signs = np.where(y <= 0, -1, 1)
        self.w = np.random.randn(n_features)
        self.b = 0
        for _ in range(self.n_iters):
            for i, x in enumerate(X):
                if signs[i] * (np.dot(x, self.w) - self.b) >= 1:
                    self.w -= self.rate * (2 * self.lambda_param * self.w)
                else:
                    self.w -= self.rate * (2 * self.lambda_param * self.w - x * signs[i])
                    self.b -= self.rate * signs[i]
"""
FACTORS = """
def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))

class FactorizationMachine:
    def __init__(self, n, k, lr=0.01):
        self.w0 = 0.0
        self.w = np.zeros(n)
        self.V = np.random.normal(0, 0.1, (n, k))
        self.lr = lr

    def predict_one(self, x):
        pairs = 0.5 * np.sum(np.dot(x, self.V) ** 2 - np.dot(x ** 2, self.V ** 2))
        return self.w0 + np.dot(self.w, x) + pairs

    def fit(self, X, y, epochs=5):
        for _ in range(epochs):
            for i in range(len(X)):
                x = X[i]
                p = self.predict_one(x)
                loss_grad = (sigmoid(y[i] * p) - 1) * y[i]
                s = np.dot(x, self.V)
                self.w0 -= self.lr * loss_grad
                self.w -= self.lr * loss_grad * x
                self.V -= self.lr * loss_grad * (np.outer(x, s) - self.V * (x ** 2)[:, None])
"""
LOGISTIC = """
class LogisticRegression:
    def __init__(self, lr=0.01, n_iters=100, lam=0.1):
        self.lr, self.n_iters, self.lam = lr, n_iters, lam

    def fit(self, X, y):
        n, d = X.shape
        self.weights = np.zeros(d)
        for _ in range(self.n_iters):
            p = 1 / (1 + np.exp(-X @ self.weights))
            loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
            loss += self.lam / 2 * np.sum(self.weights ** 2)
            dw = X.T @ (p - y) / n + self.lam * self.weights
            self.weights -= self.lr * dw
"""
RIGHT = {"hinge": MACHINE, "factors": FACTORS, "penalised": LOGISTIC}
# The source, what is right and what is written instead; the mistakes, one of which is named at least
SLIPS = (
    (MACHINE, "self.w - x * signs[i]", "self.w + x * signs[i]", "sign-flipped"),
    (MACHINE, "self.b -= self.rate * signs[i]", "self.b -= self.rate", "sign-flipped"),
    (FACTORS, "(sigmoid(y[i] * p) - 1) * y[i]", "(sigmoid(y[i] * p) - 1)", "sign-flipped"),
    in_full((FACTORS, "(x ** 2)[:, None]", "x[:, None]", None)),
    (LOGISTIC, "+ self.lam * self.weights", "+ 2 * self.lam * self.weights", "factor-two"),
)


@pytest.mark.parametrize("name", one_in(2, RIGHT))
def test_right_programs_are_healthy(name: str, tmp_path: Path) -> None:
    assert mistakes_of(RIGHT[name], tmp_path) == []


@pytest.mark.parametrize(("source", "right", "wrong", "expected"), one_in(3, SLIPS))
def test_slips_are_named(source: str, right: str, wrong: str, expected: str | None, tmp_path: Path) -> None:
    assert right in source
    found = mistakes_of(source.replace(right, wrong), tmp_path)
    assert expected in found if expected else found


SKIPS = """
import numpy as np

W_in = np.random.default_rng(0).normal(0, 0.1, (9, 4))
W_out = np.random.default_rng(1).normal(0, 0.1, (9, 4))


def train_pair(center, context, negatives, lr=0.05):
    v = W_in[center]
    grad_v = np.zeros(4)
    loss = 0.0
    for target, label in [(context, 1)] + [(n, 0) for n in negatives]:
        u = W_out[target]
        score = 1 / (1 + np.exp(-np.dot(u, v)))
        loss += -np.log(score) if label == 1 else -np.log(1 - score)
        g = score - label
        grad_v += g * u
        W_out[target] -= lr * g * v
    W_in[center] -= lr * grad_v
    return loss


train_pair(2, 5, [3, 3, 7])
"""


@pytest.mark.parametrize(
    ("right", "wrong", "is_wrong"),
    [
        ("", "", False),
        ("g = score - label", "g = label - score", True),
        ("        grad_v += g * u\n        W_out[target] -= lr * g * v\n",
         "        W_out[target] -= lr * g * v\n        grad_v += g * W_out[target]\n", True),
    ],
)  # fmt: skip
def test_a_row_drawn_twice_is_no_mistake(right: str, wrong: str, is_wrong: bool, tmp_path: Path) -> None:
    module = module_of(SKIPS.replace(right, wrong) if right else SKIPS, tmp_path)
    source = Path(module.__file__ or "").read_text(encoding="utf-8")
    own_run.remember([(module.__file__ or "", source)], module)
    try:
        diagnoses = [examine_operation(one, None, None, one.name, one.name) for one in written(module)]
    finally:
        own_run.remember([], None)
    assert any(one or one.mistakes for one in diagnoses), "nothing was examined"
    assert any(one.mistakes for one in diagnoses) is is_wrong
