"""Gradients whose data, labels or weights only the file's own run makes, or that are added up by sample."""

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined

ROWS = """
import numpy as np

REG = 0.1


def loss(w):
    r = A @ w - y
    return 0.5 * np.mean(r**2) + 0.5 * REG * w @ w


def stochastic_grad(w, idx):
    r = A[idx] @ w - y[idx]
    return A[idx].T @ r / len(idx) + REG * w


def sgd(gradient, w, step=0.05, n_steps=30):
    for k in range(n_steps):
        w = w - step * gradient(w, np.random.randint(len(y), size=4))
    return w


if __name__ == "__main__":
    np.random.seed(1)
    A = np.random.randn(24, 3)
    y = A @ np.array([1.0, -2.0, 0.5])
    w = sgd(stochastic_grad, np.zeros(3))
    print(loss(w))
"""
LABELS = """
import numpy as np


class Poisson:
    def set_labels(self, counts):
        self.counts = counts

    def value(self, f):
        return np.sum(np.exp(f) - self.counts * f)

    def gradient(self, f):
        return np.exp(f) - self.counts


if __name__ == "__main__":
    objective = Poisson()
    objective.set_labels(np.arange(6.0) % 3)
    print(objective.value(np.zeros(6)), objective.gradient(np.zeros(6)))
"""
SAMPLES = """
import numpy as np

X = np.random.RandomState(3).randn(20, 3)
labels = (X.sum(axis=1) > 0).astype(float)
w, bias, rate = np.zeros(3), 0.0, 0.1

for epoch in range(40):
    grad_w, grad_b = np.zeros(3), 0.0
    for x, t in zip(X, labels):
        p = 1 / (1 + np.exp(-(w @ x + bias)))
        delta = p - t
        grad_w += delta * p * (1 - p) * x
        grad_b += delta * p * (1 - p)
    w -= rate * grad_w
    bias -= rate * grad_b
"""
TORCH7 = """
import numpy as np


class Scale:
    def __init__(self, n):
        self.weight = np.random.randn(n)
        self.gradWeight = np.zeros(n)

    def updateOutput(self, input):
        self.input = input
        return input * self.weight

    def updateGradInput(self, gradOutput):
        return gradOutput * self.weight

    def accGradParameters(self, gradOutput):
        self.gradWeight += (self.input * gradOutput).sum(axis=0)
"""
CASES = [
    pytest.param(ROWS, "r / len(idx)", "r", id="rows"),
    pytest.param(
        LABELS,
        "np.exp(f) - self.counts\n\n\nif",
        "self.counts - np.exp(f)\n\n\nif",
        id="labels",
        marks=pytest.mark.full,
    ),
    pytest.param(
        SAMPLES, "grad_b += delta * p * (1 - p)", "grad_b += delta * p", id="samples", marks=pytest.mark.full
    ),
    pytest.param(TORCH7, "(self.input * gradOutput)", "gradOutput", id="torch7"),
]


@pytest.mark.parametrize(("right", "part", "slip"), CASES)
def test_what_only_the_own_run_or_a_loop_tells(tmp_path: Path, right: str, part: str, slip: str) -> None:
    assert part in right
    for source in (right, right.replace(part, slip)):
        diagnoses = examined(tmp_path, source, "own_data")
        found = [mistake.name for one in diagnoses for mistake in one.mistakes]
        assert bool(found) == (source != right), found
        assert any(map(bool, diagnoses)) == (source == right)
