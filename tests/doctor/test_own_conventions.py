"""Conventions that decide what code is the gradient of, and the same code with a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined

NUMPY = "import numpy as np\n"
SIGMA = """
class SmoothL1:
    def __init__(self, sigma=3.0):
        self.sigma_squared = sigma**2

    def forward(self, y_true, y_pred):
        self.diff = y_pred - y_true
        near = np.abs(self.diff) < 1 / self.sigma_squared
        far = np.abs(self.diff) - 0.5 / self.sigma_squared
        return np.where(near, 0.5 * self.sigma_squared * self.diff**2, far)

    def backward(self, dout):
        near = np.abs(self.diff) < 1 / self.sigma_squared
        return dout * np.where(near, self.sigma_squared * self.diff, np.sign(self.diff))
"""
LINE = """
def forward(x, weight, bias):
    return weight * x + bias

def mse(y_hat, y):
    return np.mean((y_hat - y) ** 2)

def backward(x, y, weight, bias):
    d = 2 * (forward(x, weight, bias) - y) / len(x)
    return np.sum(d * x), np.sum(d)
"""
NEW_WEIGHTS = """
def output_formula(features, weights, bias):
    return 1 / (1 + np.exp(-(np.dot(features, weights) + bias)))

def error_formula(y, output):
    return -y * np.log(output) - (1 - y) * np.log(1 - output)

def update_weights(x, y, weights, bias, learnrate):
    d_error = -(y - output_formula(x, weights, bias))
    weights = weights - learnrate * d_error * x
    bias = bias - learnrate * d_error
    return weights, bias
"""
RATE_CALLED_A = """
class NN:
    def __init__(self, n, h):
        self.w0, self.w1 = np.random.randn(n, h), np.random.randn(h)

    def predict_one(self, x):
        self.z = np.tanh(x @ self.w0)
        return self.z @ self.w1

    def update_one(self, x, e, a):
        for j in range(len(self.w1)):
            dz = e * self.w1[j] * (1 - self.z[j] ** 2)
            self.w1[j] -= a * e * self.z[j]
            for i in range(len(x)):
                self.w0[i, j] -= a * dz * x[i]
"""
COLUMNS = """
class BatchNorm:
    def __init__(self, size):
        self.gamma, self.beta = np.ones((size, 1)), np.zeros((size, 1))

    def forward(self, x):
        self.s = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        self.n = (x - x.mean(axis=1, keepdims=True)) / self.s
        return self.gamma * self.n + self.beta

    def backward(self, g):
        self.dgamma = (g * self.n).sum(axis=1, keepdims=True)
        self.dbeta = g.sum(axis=1, keepdims=True)
        h = g * self.gamma
        mean = h.mean(axis=1, keepdims=True)
        return (h - mean - self.n * (h * self.n).mean(axis=1, keepdims=True)) / self.s
"""
ROWS_ALONE = """
class RMSNorm:
    def __init__(self, size):
        self.weight = np.ones(size)

    def forward(self, x):
        self.x, self.rms = x, np.sqrt((x**2).sum(axis=-1, keepdims=True) / x.shape[-1] + 1e-6)
        return self.weight * x / self.rms

    def backward(self, dout):
        self.dweight = np.sum(dout * self.x / self.rms, axis=0)
        d = dout * self.weight
        mean = np.sum(d * self.x, axis=-1, keepdims=True) / self.x.shape[-1]
        return d / self.rms - self.x * mean / self.rms**3
"""
DELTAS = """
class Sigmoid:
    def forward(self, z):
        return 1 / (1 + np.exp(-z))

    def backward(self, output):
        return output * (1 - output)

class Layer:
    def __init__(self, inputs, outputs, activator):
        self.activator = activator
        self.W, self.b = np.random.randn(outputs, inputs), np.zeros((outputs, 1))

    def forward(self, x):
        self.input = x
        self.output = self.activator.forward(np.dot(self.W, x) + self.b)

    def backward(self, delta):
        self.delta = self.activator.backward(self.input) * np.dot(self.W.T, delta)
        self.W_grad, self.b_grad = np.dot(delta, self.input.T), delta

    def update(self, rate):
        self.W += rate * self.W_grad
        self.b += rate * self.b_grad

class Network:
    def __init__(self, sizes):
        self.layers = [Layer(i, o, Sigmoid()) for i, o in zip(sizes[:-1], sizes[1:])]

    def predict(self, sample):
        for layer in self.layers:
            layer.forward(sample)
            sample = layer.output
        return sample

    def train(self, label, sample, rate):
        output = self.predict(sample)
        delta = output * (1 - output) * (label - output)
        for layer in self.layers[::-1]:
            layer.backward(delta)
            delta = layer.delta
        for layer in self.layers:
            layer.update(rate)

    def loss(self, output, label):
        return 0.5 * ((label - output) ** 2).sum()
"""
TANH = """
def sigmoid(x):
    return np.tanh(x)

def dsigmoid(y):
    return 1 - y**2
"""
CONVENTIONS = {
    "smooth L1 with sigma": (SIGMA, "near, self.sigma_squared * self.diff,", "near, self.diff,", ""),
    "a line of numbers": (LINE, " / len(x)", "", "missing-mean"),
    "new weights under their names": (NEW_WEIGHTS, "-(y - output", "(y - output", "sign-flipped"),
    "a rate called a": (RATE_CALLED_A, "dz = e *", "dz = -e *", "sign-flipped"),
    "batch norm of columns": (COLUMNS, "(h - mean - ", "(h - ", "path-forgotten"),
    "a sum over rows": (ROWS_ALONE, " - self.x * mean / self.rms**3", "", "path-forgotten"),
    "deltas that are added": (DELTAS, "* (label - output)\n", "* (output - label)\n", "sign-flipped"),
    "tanh, which is a sigmoid too": (TANH, "1 - y**2", "y * (1 - y)", ""),
}


SLOW = {"new weights under their names", "deltas that are added"}  # as other losses are tried as well
EACH = [pytest.param(name, marks=[pytest.mark.full] if name in SLOW else []) for name in CONVENTIONS]


@pytest.mark.parametrize("name", EACH)
def test_it_is_no_mistake(tmp_path: Path, name: str) -> None:
    diagnoses = examined(tmp_path, NUMPY + CONVENTIONS[name][0])
    assert any(diagnoses) and not any(one.mistakes for one in diagnoses), [d.text("en") for d in diagnoses]


@pytest.mark.parametrize("name", EACH)
def test_a_mistake_in_it_is_named(tmp_path: Path, name: str) -> None:
    source, right, wrong, mistake = CONVENTIONS[name]
    assert source.count(right) == 1
    diagnoses = examined(tmp_path, NUMPY + source.replace(right, wrong))
    names = {m.name for diagnosis in diagnoses for m in diagnosis.mistakes}
    assert names and (not mistake or mistake in names)


PLACES = """
import torch

class Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, data, indices):
        ctx.save_for_backward(indices)
        ctx.shape = data.shape
        return data[indices[0], indices[1]]

    @staticmethod
    def backward(ctx, grad_output):
        (indices,) = ctx.saved_tensors
        grad = grad_output.new_zeros(ctx.shape)
        grad.index_put_((indices[0], indices[1]), grad_output, accumulate=True)
        return grad, None
"""


@pytest.mark.parametrize(("adds", "is_right"), [("True", True), ("False", False)])
def test_rows_and_columns_come_in_one_input(tmp_path: Path, adds: str, is_right: bool) -> None:
    (diagnosis,) = examined(tmp_path, PLACES.replace("accumulate=True", f"accumulate={adds}"))
    assert bool(diagnosis) == is_right and bool(diagnosis.mistakes) != is_right


FIRST_ROW = """
class Net:
    def __init__(self, inputs, outputs):
        self.w, self.b = np.random.randn(inputs, outputs), np.zeros((1, outputs))

    def forward(self, X):
        self.o = np.tanh(X @ self.w + self.b)
        return self.o

    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)

    def backward(self, X, y, lr):
        delta = (self.o - y) * (1 - self.o**2)
        self.w -= lr * X.T @ delta
        self.b -= lr * delta.sum(axis=0)
"""


@pytest.mark.full
def test_a_bias_of_the_first_example(tmp_path: Path) -> None:
    (right,) = examined(tmp_path, NUMPY + FIRST_ROW)
    assert right
    (diagnosis,) = examined(tmp_path, NUMPY + FIRST_ROW.replace("delta.sum(axis=0)", "delta[0]"))
    assert [(m.name, m.variant) for m in diagnosis.mistakes] == [("batch-not-summed", "one-row")]


HALF = """
def double_forward(x):
    return 2 * x, x

def double_backward(dout, x):
    dx = np.zeros_like(x)
    dx[...] = 2 * dout
    return dx
"""


def test_a_gradient_that_is_never_written(tmp_path: Path) -> None:
    (right,) = examined(tmp_path, NUMPY + HALF)
    assert right
    (diagnosis,) = examined(tmp_path, NUMPY + HALF.replace("dx[...] =", "written ="))
    assert [(m.name, m.variant) for m in diagnosis.mistakes] == [("missing-gradient", "zero")]
