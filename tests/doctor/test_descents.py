"""Programs of gradient descent as people post them: each slip is named, and its right twin is healthy."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.examination import examine_operation
from charmlp.doctor.operation.numpy_code import written
from tests.doctor.test_numpy_functions import module_of
from tests.sampling import one_in

FACTORS = """
def run(W, pairs, lr):
    cost = 0.0
    for i, j, count in pairs:
        inner = W[i] @ W[j] - np.log(count)
        cost += 0.5 * inner**2
        old = W[i].copy()
        W[i] -= lr * inner * W[j]
        W[j] -= lr * inner * old
    return cost
"""
ONE_BY_ONE = """
def cost(X, y, theta):
    return np.sum((X @ theta - y) ** 2) / (2 * len(y))

def descent(X, y, theta, alpha, iterations):
    for _ in range(iterations):
        new = theta.copy()
        for j in range(len(theta)):
            new[j] = theta[j] - alpha / len(y) * np.sum((X @ theta - y) * X[:, j])
        theta = new
    return theta
"""
COLUMNS = """
def cost(X, y, theta):
    return np.sum((X @ theta.T - y) ** 2) / (2 * len(y))

def descent(X, y, theta, alpha, iterations):
    for _ in range(iterations):
        error = X @ theta.T - y
        t0 = theta[0, 0] - alpha / len(y) * np.sum(error * X[:, 0:1])
        t1 = theta[0, 1] - alpha / len(y) * np.sum(error * X[:, 1:2])
        theta = np.array([[t0, t1]])
    return theta
"""
RETURNED = """
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def loss(X, y, w):
    p = sigmoid(X @ w)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

def train_epoch(X, y, w, learnrate):
    total = np.zeros(w.shape)
    for x, t in zip(X, y):
        p = sigmoid(np.dot(x, w))
        total += (p - t) * x
    return w - learnrate * total / len(X)
"""
PENALISED = """
class Penalty:
    def __init__(self, alpha):
        self.alpha = alpha

    def value(self, w):
        return 0.5 * self.alpha * w @ w

    def slope(self, w):
        return self.alpha * w

class Ridge:
    def __init__(self, rate, reg_factor):
        self.rate = rate
        self.penalty = Penalty(reg_factor)

    def mse(self, X, y, w):
        return np.mean(0.5 * (y - X @ w) ** 2) + self.penalty.value(w)

    def step(self, X, y, w):
        grad = -(y - X @ w) @ X / len(X) + self.penalty.slope(w)
        return w - self.rate * grad
"""
KEPT = """
class Line:
    def __init__(self, rate=0.01, iterations=10):
        self.rate = rate
        self.iterations = iterations

    def fit(self, X, y):
        self.m, self.n = X.shape
        self.w = np.zeros(self.n)
        self.b = 0
        self.X, self.y = X, y
        for _ in range(self.iterations):
            self.update()
        return self

    def update(self):
        rest = self.y - self.predict(self.X)
        self.w = self.w + self.rate * 2 * self.X.T @ rest / self.m
        self.b = self.b + self.rate * 2 * np.sum(rest) / self.m

    def mse(self):
        return np.mean((self.y - self.predict(self.X)) ** 2)

    def predict(self, X):
        return X @ self.w + self.b
"""
DECAY = """
def loss(params, t, y):
    A, k = params
    return np.mean((A * np.exp(-k * t) - y) ** 2)

def grad(params, t, y):
    A, k = params
    e = np.exp(-k * t)
    r = A * e - y
    return np.array([2 * np.mean(r * e), -2 * np.mean(r * A * t * e)])
"""
LASSO = """
class Lasso:
    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, w):
        return self.alpha * np.linalg.norm(w, 1)

    def grad(self, w):
        return self.alpha * np.sign(w)
"""
HANDED_ON = """
def hinge(w, X, y, C):
    return 0.5 * w @ w + C * np.mean(np.maximum(0, 1 - y * (X @ w)))

def hinge_gradient(w, X, y, C):
    inside = 1 - y * (X @ w) > 0
    return w - C * X.T @ (y * inside) / len(y)

def descent(features, outputs, C=1.0, rate=0.1, epochs=10):
    weights = np.zeros(features.shape[1])
    for epoch in range(1, epochs):
        weights = weights - rate * hinge_gradient(weights, features, outputs, C)
    return weights
"""
MARKS = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def cost(theta, X, y):
    h = sigmoid(X @ theta)
    return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))

def gradient(theta, X, y):
    return X.T @ (sigmoid(X @ theta) - y) / len(X)

if __name__ == "__main__":
    marks = np.array([[0.346, 0.78], [0.303, 0.439], [0.602, 0.863], [0.79, 0.753]])
    y = np.array([0, 0, 1, 1])
    theta = np.zeros(2)
    theta -= 0.1 * gradient(theta, marks, y)
"""
RIGHT = {
    "factors": FACTORS, "one by one": ONE_BY_ONE, "columns": COLUMNS, "returned": RETURNED,
    "penalised": PENALISED, "kept": KEPT, "decay": DECAY, "lasso": LASSO, "handed on": HANDED_ON,
    "marks": MARKS,
}  # fmt: skip
SLIPS = (
    (FACTORS, "inner * old", "inner * W[i]", "saved-edited"),
    (ONE_BY_ONE, "new = theta.copy()", "new = theta", "saved-edited"),
    (COLUMNS, "t1 = theta[0, 1]", "t1 = theta[0, 0]", None),
    (RETURNED, " / len(X)", "", "missing-mean"),
    (RETURNED, "(p - t) * x", "(p - t) * p * (1 - p) * x", "wrong-variable"),
    (PENALISED, " @ X / len(X)", " @ X", "missing-mean"),
    (KEPT, "self.rate * 2 * self.X", "self.rate * self.X", "factor-two"),
    (DECAY, ", -2 * np", ", 2 * np", "sign-flipped"),
    (MARKS, "0.346, 0.78", "34.6, 78.0", "unstable"),
)


def mistakes_of(source: str, tmp_path: Path) -> list[str]:
    """The names of all mistakes that are found in a module; what belongs to nothing counts for none."""
    module = module_of(source, tmp_path)
    diagnoses = [examine_operation(one, None, None, one.name, one.name) for one in written(module)]
    assert any(one or one.mistakes for one in diagnoses), "nothing was examined"
    return [mistake.name for one in diagnoses for mistake in one.mistakes]


@pytest.mark.parametrize("name", one_in(2, RIGHT))
def test_right_programs_are_healthy(name: str, tmp_path: Path) -> None:
    assert mistakes_of(RIGHT[name], tmp_path) == []


@pytest.mark.parametrize(("source", "right", "wrong", "expected"), one_in(3, SLIPS))
def test_slips_are_named(source: str, right: str, wrong: str, expected: str | None, tmp_path: Path) -> None:
    assert right in source
    found = mistakes_of(source.replace(right, wrong), tmp_path)
    assert expected in found if expected else found
