"""Formulas that people write in files of their own, right, and the same with one mistake in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined

NUMPY, TORCH = "import numpy as np\n\n\n", "import torch\n\n\n"
DENSE = (
    NUMPY
    + """class FullyConnected:
    def __init__(self, inputs, outputs):
        self.W = 0.1 * np.random.randn(outputs, inputs)
        self.b = np.zeros(outputs)

    def forward(self, x):
        self.x = x
        self.y = np.tanh(x @ self.W.T + self.b)
        return self.y

    def backward(self, error):
        h = error * (1.0 - self.y * self.y)
        self.dW = h.T @ self.x
        self.db = h.sum(axis=0)
        return h @ self.W
"""
)
ONE_EXAMPLE = (
    NUMPY
    + """class LogisticGradient:
    def compute(self, data, label, weights):
        margin = -np.dot(data, weights)
        gradient = (1.0 / (1.0 + np.exp(margin)) - label) * data
        loss = np.log1p(np.exp(margin)) if label > 0 else np.log1p(np.exp(margin)) - margin
        return gradient, loss
"""
)
PENALISED = """import numpy as np

X = np.random.default_rng(1).standard_normal((20, 3))
y = X @ np.array([1.0, -2.0, 0.5])
eta, alpha = 0.5, 0.1
w = np.ones(3)
for epoch in range(10):
    loss = np.mean((X @ w - y) ** 2) / 2 + alpha / 2 * np.sum(w**2)
    gradients = X.T @ (X @ w - y) / 20
    gradients[:] += alpha * w
    w = w - eta * gradients
"""
UNPACKED = (
    NUMPY
    + """class MeanAbsoluteError:
    def forward(self, inputs):
        x0, x1 = inputs
        self.diff = x0 - x1
        return (abs(self.diff).sum() / self.diff.size,)

    def backward(self, inputs, gy):
        gx0 = gy[0] / self.diff.size * np.sign(self.diff)
        return gx0, -gx0
"""
)
RIDGE = (
    NUMPY
    + """def ridge_loss(w, X, y, lambda2=0.3):
    return np.mean((X @ w - y) ** 2) + lambda2 * np.sum(w**2)


def ridge_gradient(w, X, y, lambda2=0.3):
    return 2 * X.T @ (X @ w - y) / len(y) + 2 * lambda2 * w
"""
)
MARGINS = (
    NUMPY
    + """def svm_loss_vectorized(W, X, y, reg):
    rows = np.arange(len(X))
    scores = X.dot(W)
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = np.sum(margins) / len(X) + reg * np.sum(W * W)
    counts = (margins > 0).astype(float)
    counts[rows, y] = -counts.sum(axis=1)
    dW = X.T.dot(counts) / len(X) + 2 * reg * W
    return loss, dW
"""
)
FOCAL = (
    TORCH
    + """class BinaryFocalLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target, gamma=2.0):
        sign = 2 * target - 1
        log_pt = torch.nn.functional.logsigmoid(sign * logits)
        ctx.save_for_backward(log_pt, sign)
        ctx.gamma = gamma
        return -((1 - log_pt.exp()) ** gamma * log_pt).mean()

    @staticmethod
    def backward(ctx, grad_output):
        log_pt, sign = ctx.saved_tensors
        pt = log_pt.exp()
        grad = sign * (1 - pt) ** ctx.gamma * (ctx.gamma * pt * log_pt - (1 - pt))
        return grad_output * grad / grad.numel(), None, None
"""
)
LOG_SIGMOID = (
    NUMPY
    + """def log_sigmoid_forward(x):
    y = -np.logaddexp(0, -x)
    return y, x


def log_sigmoid_backward(dy, cache):
    return dy / (1 + np.exp(cache))
"""
)
DROPOUT = (
    NUMPY
    + """class Dropout:
    def __init__(self, p=0.4):
        self.p = p

    def forward(self, x):
        self.mask = np.random.rand(*x.shape) >= self.p
        return x * self.mask / (1 - self.p)

    def backward(self, grad):
        return grad * self.mask / (1 - self.p)
"""
)
POOL = (
    NUMPY
    + """class MeanPooling:
    def forward(self, x):
        self.shape = x.shape
        rows, cols = (x.shape[0] - 3) // 2 + 1, (x.shape[1] - 3) // 2 + 1
        out = np.zeros((rows, cols))
        for i, j in np.ndindex(rows, cols):
            out[i, j] = x[2 * i : 2 * i + 3, 2 * j : 2 * j + 3].mean()
        return out

    def backward(self, error):
        out = np.zeros(self.shape)
        h, w, s, t = 3, 3, 2, 2
        for i, j in np.ndindex(*error.shape):
            out[s * i : s * i + h, t * j : t * j + w] += error[i, j] / (h * w)
        return out
"""
)
PARTS = "(h, w) = (s, t) = self.shape[0] // error.shape[0], self.shape[1] // error.shape[1]"
IN_ROWS = (
    NUMPY
    + """class BatchNorm:
    def __init__(self, features):
        self.gamma, self.beta = np.ones((features, 1)), np.zeros((features, 1))

    def forward(self, x):
        self.inverse = 1.0 / np.sqrt(x.var(axis=1, keepdims=True) + 1e-8)
        self.hat = (x - x.mean(axis=1, keepdims=True)) * self.inverse
        return self.gamma * self.hat + self.beta

    def backward(self, d):
        self.d_beta = d.sum(axis=1, keepdims=True)
        self.d_gamma = (d * self.hat).sum(axis=1, keepdims=True)
        m, h = d.shape[1], d * self.gamma
        along = h.sum(axis=1, keepdims=True) + self.hat * (h * self.hat).sum(axis=1, keepdims=True)
        return self.inverse / m * (m * h - along)
"""
)
UNBOUND = (
    TORCH
    + """class AnglePart(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q):
        norm = q.norm(dim=-1, keepdim=True)
        u = q / norm
        ctx.save_for_backward(u, norm)
        w, x, y, z = u.unbind(-1)
        return w * x - y * z

    @staticmethod
    def backward(ctx, g):
        u, norm = ctx.saved_tensors
        w, x, y, z = u.unbind(-1)
        h = torch.stack([g * x, g * w, -g * z, -g * y], -1)
        return (h - u * (h * u).sum(-1, keepdim=True)) / norm
"""
)
GATHER = (
    TORCH
    + """class Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, dim, index):
        ctx.dim, ctx.size = dim, input.size()
        ctx.save_for_backward(index)
        return input.gather(dim, index)

    @staticmethod
    def backward(ctx, g):
        (index,) = ctx.saved_tensors
        return g.new_zeros(ctx.size).scatter_add_(ctx.dim, index, g), None, None
"""
)
MAPS = (
    NUMPY
    + """class ConvolutionalLayer:
    def __init__(self, num_kernels, size):
        self.weight = np.random.randn(num_kernels, size, size)
        self.bias = np.zeros(num_kernels)

    def forward(self, x):
        self.x = x
        size = self.weight.shape[1]
        rows, cols = x.shape[1] - size + 1, x.shape[2] - size + 1
        out = np.zeros((len(x), len(self.weight), rows, cols))
        for r, c in np.ndindex(rows, cols):
            out[:, :, r, c] = np.tensordot(x[:, r : r + size, c : c + size], self.weight, [(1, 2), (1, 2)])
        return out + self.bias[:, None, None]

    def backward(self, error):
        size = self.weight.shape[1]
        dx, self.d_weight = np.zeros_like(self.x), np.zeros_like(self.weight)
        for r, c in np.ndindex(*error.shape[2:]):
            g = error[:, :, r, c]
            self.d_weight += np.tensordot(g, self.x[:, r : r + size, c : c + size], [(0,), (0,)])
            dx[:, r : r + size, c : c + size] += np.tensordot(g, self.weight, 1)
        self.d_bias = error.sum(axis=(0, 2, 3))
        return dx
"""
)
ADJOINTS = """import math


class Scalar:
    def __init__(self, data, inputs=()):
        self.data, self.adj, self.inputs = data, 0.0, inputs
        self._backward = lambda: None

    def __mul__(self, other):
        out = Scalar(self.data * other.data, (self, other))

        def _backward():
            self.adj += out.adj * other.data
            other.adj += out.adj * self.data

        out._backward = _backward
        return out

    def tanh(self):
        x = self.data
        t = math.tanh(x)
        out = Scalar(t, (self,))

        def _backward():
            self.adj += out.adj * (1 - t * t)

        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for each in node.inputs:
                    visit(each)
                order.append(node)

        visit(self)
        self.adj = 1.0
        for node in reversed(order):
            node._backward()
"""
SMALL_GAMMA = (
    TORCH
    + """class FocalLossWithLogits(torch.nn.Module):
    def forward(self, logits, target):
        p = torch.sigmoid(logits)
        ones = (1 - p).clamp(min=1e-6) ** 0.5 * torch.log(p + 1e-8)
        zeros = p.clamp(min=1e-6) ** 0.5 * torch.log(1 - p + 1e-8)
        return -(target * ones + (1 - target) * zeros).mean()
"""
)
BY_EXP = "(math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)"
FORMULAS = {
    "a dense layer with tanh": (DENSE, "self.y * self.y", "self.y", "wrong-variable"),
    "the weights of one example": (ONE_EXAMPLE, " - label", "", ""),
    "a penalty called alpha": (PENALISED, " / 20", "", "missing-mean"),
    "inputs that are unpacked": (UNPACKED, "np.sign(self.diff)", "self.diff", "wrong-formula"),
    "a penalty with one vector": (RIDGE, "2 * lambda2 * w", "lambda2 * w", "factor-two"),
    "a loss without its penalty": (MARGINS, " + reg * np.sum(W * W)", "", "forward-wrong"),
    "an option for backward alone": (FOCAL, "(1 - log_pt.exp()) ** gamma * ", "", "forward-wrong"),
    "the output for the input": (LOG_SIGMOID, "return y, x", "return y, y", "wrong-variable"),
    "neither mask nor scale": (DROPOUT, "grad * self.mask / (1 - self.p)", "grad", "wrong-mask"),
    "windows as equal parts": (POOL, "h, w, s, t = 3, 3, 2, 2", PARTS, "kernel-not-flipped"),
    "features counted for samples": (IN_ROWS, "d.shape[1]", "d.shape[0]", "wrong-divisor"),
    "a norm": (UNBOUND, "(h - u * (h * u).sum(-1, keepdim=True)) / norm", "h", "path-forgotten"),
    "indices that repeat": (GATHER, "scatter_add_", "scatter_", "not-accumulated"),
    "a bias of maps": (MAPS, "axis=(0, 2, 3)", "axis=0", "batch-not-summed"),
    "adjoints": (ADJOINTS, "self.adj += out.adj * other", "self.adj = out.adj * other", "not-accumulated"),
    "an exponential that overflows": (ADJOINTS, "math.tanh(x)", BY_EXP, "unstable"),
    "a root at the edge": (SMALL_GAMMA, "(1 - p).clamp(min=1e-6)", "(1 - p)", "unstable"),
}


# Whose search for a mistake, or for inputs, takes seconds
SLOW = {
    "an option for backward alone",
    "a penalty called alpha",
    "a bias of maps",
    "inputs that are unpacked",
}
NAMES = [pytest.param(name, marks=[pytest.mark.full] if name in SLOW else []) for name in FORMULAS]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_right(tmp_path: Path, name: str) -> None:
    diagnoses = examined(tmp_path, FORMULAS[name][0])
    assert diagnoses and not any(diagnosis.mistakes for diagnosis in diagnoses), diagnoses
    assert name == "a root at the edge" or all(diagnoses)  # there the engine makes the gradients


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_in_it_is_named(tmp_path: Path, name: str) -> None:
    source, right, wrong, mistake = FORMULAS[name]
    assert source.count(right) == 1
    diagnoses = examined(tmp_path, source.replace(right, wrong))
    names = {m.name for diagnosis in diagnoses for m in diagnosis.mistakes}
    assert names and (not mistake or mistake in names)
