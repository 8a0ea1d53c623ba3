"""Code that is right in a way of its own, which no textbook has, and the same with a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

NUMPY = "import numpy as np\n"
DELTA = (
    NUMPY
    + """

class CrossEntropyCost:
    @staticmethod
    def fn(a, y):
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

    @staticmethod
    def delta(a, y):
        return a - y
"""
)
DELTA_OF_Z = (
    NUMPY
    + """

def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class QuadraticCost:
    @staticmethod
    def fn(a, y):
        return 0.5 * np.linalg.norm(a - y) ** 2

    @staticmethod
    def delta(z, a, y):
        return (a - y) * sigmoid(z) * (1 - sigmoid(z))
"""
)
CLIPPED = (
    NUMPY
    + """

class CrossEntropy:
    def loss(self, y, p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    def gradient(self, y, p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -(y / p) + (1 - y) / (1 - p)
"""
)
PENALTY = (
    NUMPY
    + """

class Net:
    def __init__(self, input_size, output_size):
        self.params = {"W": 0.1 * np.random.randn(input_size, output_size), "b": np.zeros(output_size)}

    def loss(self, X, y, reg=0.0):
        W, b = self.params["W"], self.params["b"]
        scores = X @ W + b
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(len(X)), y]).mean() + reg * np.sum(W * W) + reg * np.sum(b * b)
        p[np.arange(len(X)), y] -= 1
        p /= len(X)
        return loss, {"W": X.T @ p + 2 * reg * W, "b": p.sum(axis=0) + 2 * reg * b}
"""
)
FIT = (
    NUMPY
    + """

def mean_squared_error(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


class LinearRegression:
    def __init__(self, lr=0.01, n_iters=100):
        self.lr, self.n_iters, self.losses = lr, n_iters, []
        self.weights, self.bias = None, None

    def fit(self, X, y):
        self.weights, self.bias = np.zeros(X.shape[1]), 0
        for _ in range(self.n_iters):
            y_predicted = X @ self.weights + self.bias
            self.losses.append(mean_squared_error(y, y_predicted))
            dw = (2 / len(X)) * X.T @ (y_predicted - y)
            db = (2 / len(X)) * np.sum(y_predicted - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db
"""
)
POWER = (
    NUMPY
    + """

class PowerScalar:
    def __init__(self, scalar):
        self.scalar = scalar

    def forward(self, a):
        self.a = a
        return a**self.scalar

    def backward(self, grad):
        return grad * self.scalar * self.a ** (self.scalar - 1)
"""
)
BOTH = (
    NUMPY
    + """

class ActivationSigmoid:
    def ActivationFunction(self, b):
        return 1.0 / (1.0 + np.exp(-1 * b))

    def DerivativeFunction(self, b, a):
        return a * (1.0 - a)
"""
)
BY_NAME = (
    NUMPY
    + """

def f(x, w):
    return np.sum(np.sin(x @ w))


def df_dw(x, w):
    return x.T @ np.cos(x @ w)


def df_dx(x, w):
    return np.cos(x @ w) @ w.T
"""
)
CLIP = (
    NUMPY
    + """

def clip(x, low, high):
    return np.clip(x, low, high)


def clip_bw(grad, x, low, high):
    return grad * ((x > low) & (x < high))
"""
)
SUMS = (
    NUMPY
    + """

def unbroadcast(grad, shape):
    for axis, n in enumerate(shape):
        if n == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class AddOp:
    @staticmethod
    def forward(a, b):
        return a + b

    @staticmethod
    def backward(grad, a, b):
        return unbroadcast(grad, a.shape), unbroadcast(grad, b.shape)
"""
)
AVERAGES = (
    NUMPY
    + """

def step_forward(x, h, Wx, Wh, b):
    next_h = np.tanh(x @ Wx + h @ Wh + b)
    return next_h, (x, h, Wx, Wh, next_h)


def step_backward(dnext_h, cache):
    x, h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h**2)
    return da @ Wx.T, da @ Wh.T, x.T @ da, h.T @ da, da.sum(axis=0)
"""
)
FOCAL = """
import torch


class Focal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label, alpha, gamma):
        p = torch.sigmoid(logits)
        ctx.save_for_backward(p, label)
        ctx.alpha, ctx.gamma = alpha, gamma
        return alpha * (label - p).abs() ** gamma

    @staticmethod
    def backward(ctx, g):
        p, label = ctx.saved_tensors
        slope = ctx.gamma * (label - p).abs() ** (ctx.gamma - 1) * torch.sign(p - label)
        return g * ctx.alpha * slope * p * (1 - p), None, None, None
"""
KERNEL = """
import torch


def _prelu_kernel(x, weight):
    return torch.where(x > 0, x, weight * x)


def _prelu_kernel_backward(grad_output, x, weight):
    grad_weight = torch.where(x > 0, torch.zeros_like(grad_output), x * grad_output)
    return torch.where(x > 0, grad_output, weight * grad_output), grad_weight


class PReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return _prelu_kernel(x, weight)

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        grad_x, grad_weight = _prelu_kernel_backward(grad_output, x, weight)
        return grad_x, grad_weight.sum(0)
"""
WAYS = {
    "a delta of a": (DELTA, "return a - y", "return y - a", "sign-flipped"),
    "a delta of z and a": (DELTA_OF_Z, "(a - y) * sigmoid(z) * (1 - sigmoid(z))", "a - y", "path-forgotten"),
    "probabilities that are clipped": (CLIPPED, "-(y / p)", "(y / p)", "sign-flipped"),
    "a penalty of all weights": (PENALTY, " + 2 * reg * b", "", "path-forgotten"),
    "the loss that fit notes": (FIT, "db = (2", "db = (1", "factor-two"),
    "an exponent": (POWER, "(self.scalar - 1)", "self.scalar", "wrong-formula"),
    "input and output": (BOTH, "(1.0 - a)", "(1.0 - b)", ""),
    "d of f by w": (BY_NAME, "x.T @ np.cos", "x.T @ -np.cos", "sign-flipped"),
    "clip": (CLIP, "((x > low) & (x < high))", "(x > low)", "wrong-mask"),
    "sums over what was broadcast": (SUMS, "unbroadcast(grad, b.shape)", "grad", "batch-not-summed"),
    "an average of the bias alone": (AVERAGES, "da.sum(axis=0)", "da.mean(axis=0)", "bias-averaged"),
    "numbers kept on ctx": (FOCAL, "torch.sign(p - label)", "torch.sign(label - p)", "sign-flipped"),
    "a kernel whose caller sums": (KERNEL, "grad_weight.sum(0)", "grad_weight", "batch-not-summed"),
}


@pytest.mark.parametrize("name", WAYS)
def test_it_is_right(tmp_path: Path, name: str) -> None:
    diagnoses = examined(tmp_path, WAYS[name][0])
    assert diagnoses and all(diagnoses), [diagnosis.text("en") for diagnosis in diagnoses]


@pytest.mark.parametrize("name", one_in(2, WAYS))
def test_a_mistake_in_it_is_named(tmp_path: Path, name: str) -> None:
    source, right, wrong, mistake = WAYS[name]
    assert source.count(right) == 1
    diagnoses = examined(tmp_path, source.replace(right, wrong))
    names = {m.name for diagnosis in diagnoses for m in diagnosis.mistakes}
    assert names and (not mistake or mistake in names)
