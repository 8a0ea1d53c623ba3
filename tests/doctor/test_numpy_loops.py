"""Whole training loops as classes and functions have them: weights made on the way, losses kept in lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_numpy_steps import diagnoses
from tests.sampling import one_in

ADALINE = """
class Neuron:
    def __init__(self, eta=0.1, epochs=9):
        self.eta, self.epochs = eta, epochs

    def initialize(self, count):
        self.w = np.random.randn(count)
        self.b = np.zeros(1)

    def output(self, X):
        return X @ self.w + self.b

    def fit(self, X, y):
        self.initialize(X.shape[1])
        self.costs = []
        for _ in range(self.epochs):
            missing = y - self.output(X)
            self.costs.append((missing ** 2).mean())
            self.w = self.w + self.eta * 2 * X.T @ missing / len(X)
            self.b = self.b + self.eta * 2 * missing.mean()
"""
SCALARS = """
class Tiny:
    def __init__(self):
        self.u, self.v, self.c = np.random.randn(3)

    def feedforward(self, x):
        return np.tanh(self.u * x[0] + self.c) * self.v

    def train(self, inputs, targets, rate=0.1):
        for x, target in zip(inputs, targets):
            h = np.tanh(self.u * x[0] + self.c)
            slope = 2 * (h * self.v - target)
            before = slope * self.v * (1 - h ** 2)
            self.v -= rate * slope * h
            self.u -= rate * before * x[0]
            self.c -= rate * before
"""
STARTED = """
def train(features, labels, first_weights, first_bias, rate, epochs):
    weights, bias = np.array(first_weights), first_bias
    losses = []
    for _ in range(epochs):
        p = features @ weights + bias
        losses.append(np.mean((p - labels) ** 2))
        weight_gradient = 2 * features.T @ (p - labels) / len(labels)
        bias_gradient = 2 * np.mean(p - labels)
        weights = weights - rate * weight_gradient
        bias = bias - rate * bias_gradient
    return weights, bias, losses
"""
LINE = """
def fit_line(x, y):
    m = b = 0
    n = len(x)
    for _ in range(1000):
        predicted = m * x + b
        cost = sum((y - predicted) ** 2) / n
        of_m = -(2 / n) * sum(x * (y - predicted))
        of_b = -(2 / n) * sum(y - predicted)
        m = m - 0.08 * learning_rate * of_m
        b = b - 0.08 * learning_rate * of_b
    return m, b
"""
LINE = LINE.replace("0.08 * ", "").replace("    n = len(x)\n", "    n = len(x)\n    learning_rate = 0.08\n")
MINI_BATCHES = """
X, y, theta, rate = np.ones((8, 2)), np.arange(8.0), np.zeros(2), 0.1
X[:, 1] = np.arange(8) % 3

def mse(theta, X, y):
    return np.mean((X @ theta - y) ** 2)

for start in range(0, 8, 4):
    xi, yi = X[start : start + 4], y[start : start + 4]
    gradients = 2 / 4 * xi.T @ (xi @ theta - yi)
    theta = theta - rate * gradients
"""
SYNAPSES = """
class Network:
    def __init__(self, inputs=3, hidden=4):
        self.synapses1 = 2 * np.random.random((inputs, hidden)) - 1
        self.synapses2 = 2 * np.random.random((hidden, 1)) - 1

    def think(self, inputs):
        hidden = np.tanh(inputs @ self.synapses1)
        return hidden, np.tanh(hidden @ self.synapses2)

    def squared_error(self, inputs, outputs):
        return 0.5 * np.sum((outputs - self.think(inputs)[1]) ** 2)

    def train(self, training_inputs, training_outputs, iterations):
        for _ in range(iterations):
            hidden, output = self.think(training_inputs)
            last = (training_outputs - output) * (1 - output ** 2)
            first = last @ self.synapses2.T * (1 - hidden ** 2)
            self.synapses2 += hidden.T @ last
            self.synapses1 += training_inputs.T @ first
"""
CLIMB = """
def climb(X, y, w, alpha=0.1, cycles=9):
    for _ in range(cycles):
        p = 1 / (1 + np.exp(-X @ w))
        log_likelihood = np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
        gradient = X.T @ (y - p)
        w = w + alpha * gradient
    return w
"""
RIGHT = {
    "adaline": ADALINE,
    "scalars": SCALARS,
    "started": STARTED,
    "line": LINE,
    "batches": MINI_BATCHES,
    "synapses": SYNAPSES,
    "climb": CLIMB,
}
SLIPS = [
    (ADALINE, "2 * missing.mean()", "2 * missing.sum()", "missing-mean"),
    (STARTED, "2 * features.T @ (p - labels) / len(labels)", "features.T @ (p - labels) / len(labels)", ""),
    (LINE, "of_b = -(2 / n)", "of_b = -2", "missing-mean"),
    (MINI_BATCHES, "2 / 4 * xi.T", "2 * xi.T", "missing-mean"),
    (
        SYNAPSES,
        "(training_outputs - output) * (1 - output ** 2)",
        "training_outputs - output",
        "path-forgotten",
    ),
    (CLIMB, "w + alpha", "w - alpha", "sign-flipped"),
]
# A root of the loss is watched, and the perceptron's rule descends no loss of its thresholded outputs
NO_MISTAKES = {
    "root": STARTED.replace("np.mean((p - labels) ** 2)", "np.sqrt(np.mean((p - labels) ** 2))"),
    "perceptron": """
class Perceptron:
    def fit(self, X, y, eta=0.1, epochs=9):
        self.w, self.b = 0.1 * np.random.randn(X.shape[1]), 0.0
        for _ in range(epochs):
            for xi, target in zip(X, y):
                update = eta * (target - self.predict(xi))
                self.w += update * xi
                self.b += update

    def net_input(self, X):
        return X @ self.w + self.b

    def predict(self, X):
        return np.where(self.net_input(X) >= 0.0, 1, 0)
""",
}


@pytest.mark.parametrize("name", one_in(3, RIGHT))
def test_right_ones_are_healthy(name: str, tmp_path: Path) -> None:
    found = diagnoses(RIGHT[name], tmp_path)
    assert found and all(found)


@pytest.mark.parametrize(
    ("source", "there", "slip", "mistake"),
    one_in(3, SLIPS),
    ids=["sum", "half", "line", "batches", "synapses", "climb"],
)
def test_a_slip_is_named(source: str, there: str, slip: str, mistake: str, tmp_path: Path) -> None:
    assert source.count(there) == 1
    named = {m.name for d in diagnoses(source.replace(there, slip), tmp_path) for m in d.mistakes}
    assert mistake in named or (not mistake and named)


@pytest.mark.parametrize("name", one_in(2, NO_MISTAKES))
def test_another_number_that_is_watched_is_not_the_loss(name: str, tmp_path: Path) -> None:
    assert not [m.name for d in diagnoses(NO_MISTAKES[name], tmp_path) for m in d.mistakes]
