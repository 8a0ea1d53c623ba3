"""Layers and losses as books and courses write them: right ones are right, their slips are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_course_classics import names
from tests.doctor.test_survey import examined

NUMPY = "import numpy as np\n\n\n"
# T is the target; today's temperature divides
ONE_HOT = (
    NUMPY
    + """class SoftmaxCrossEntropy:
    def forward(self, Z, T):
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        self.P = E / E.sum(axis=1, keepdims=True)
        self.T = T
        return -np.sum(T * np.log(self.P)) / Z.shape[0]

    def backward(self):
        return (self.P - self.T) / self.P.shape[0]
"""
)
TEMPERED = (
    NUMPY
    + """def softmax_forward(x, T):
    e = np.exp((x - x.max(axis=1, keepdims=True)) / T)
    p = e / e.sum(axis=1, keepdims=True)
    return p, (p, T)


def softmax_backward(g, cache):
    p, T = cache
    return p * (g - (g * p).sum(axis=1, keepdims=True)) / T
"""
)
TRIPLET = (
    NUMPY
    + """def triplet_loss(a, p, n, margin=0.2):
    viol = np.sum((a - p) ** 2, axis=1) - np.sum((a - n) ** 2, axis=1) + margin
    m = (viol > 0)[:, None] / len(a)
    return np.mean(np.maximum(0, viol)), 2 * m * (n - p), -2 * m * (a - p), 2 * m * (a - n)
"""
)
# Labels as indices or as one-hot rows, each with lines of its own
EITHER = (
    NUMPY
    + """class SoftmaxWithLoss:
    def forward(self, x, t):
        x = np.exp(x - x.max(axis=1, keepdims=True))
        self.y, self.t = x / x.sum(axis=1, keepdims=True), t
        label = t.argmax(axis=1) if t.size == self.y.size else t
        return -np.sum(np.log(self.y[np.arange(len(x)), label])) / len(x)

    def backward(self, dout=1):
        n = self.t.shape[0]
        if self.t.size == self.y.size:
            return (self.y - self.t) / n
        dx = self.y.copy()
        dx[np.arange(n), self.t] -= 1
        return dx / n
"""
)
# Whole numbers alone, 0 and 1, are taken
BITS = (
    NUMPY
    + """class SigmoidWithLoss:
    def forward(self, x, t):
        self.t = t
        self.y = 1 / (1 + np.exp(-x))
        both = np.c_[1 - self.y, self.y]
        return -np.sum(np.log(both[np.arange(len(t)), t])) / len(t)

    def backward(self, dout=1):
        return (self.y - self.t) * dout / len(self.t)
"""
)
# What `calculate` may return besides is no cache
CALCULATED = (
    NUMPY
    + """class Loss:
    def calculate(self, output, y, *, include_regularization=False):
        data_loss = np.mean(self.forward(output, y))
        return (data_loss, 0.0) if include_regularization else data_loss


class Loss_MeanSquaredError(Loss):
    def calculate(self, output, y, *, include_regularization=False):
        data_loss = np.mean(self.forward(output, y))
        if not include_regularization:
            return data_loss
        return data_loss, 0.0

    def forward(self, y_pred, y_true):
        return np.mean((y_true - y_pred) ** 2, axis=-1)

    def backward(self, dvalues, y_true):
        self.dinputs = -2 * (y_true - dvalues) / len(dvalues[0])
        self.dinputs = self.dinputs / len(dvalues)
"""
)
# `return` ends forward early in use: it is written
DROPPING = (
    NUMPY
    + """class Layer_Dropout:
    def __init__(self, rate):
        self.rate = 1 - rate

    def forward(self, inputs, training):
        self.inputs = inputs
        if not training:
            self.output = inputs.copy()
            return
        self.binary_mask = np.random.binomial(1, self.rate, size=inputs.shape) / self.rate
        self.output = inputs * self.binary_mask

    def backward(self, dvalues):
        self.dinputs = dvalues * self.binary_mask
"""
)
# Settings whose defaults hide that they were forgotten
HALF = (
    NUMPY
    + """class Dropout:
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio

    def forward(self, x):
        self.mask = (np.random.rand(*x.shape) > self.dropout_ratio) / (1 - self.dropout_ratio)
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask
"""
)
SWISH = (
    NUMPY
    + """class Swish:
    def __init__(self, beta=1.0):
        self.beta = beta

    def forward(self, x):
        self.x = x
        return x / (1 + np.exp(-self.beta * x))

    def backward(self, grad):
        s = 1 / (1 + np.exp(-self.beta * self.x))
        return grad * (s + self.beta * self.x * s * (1 - s))
"""
)
POOLED = (
    NUMPY
    + """class MaxPool2D:
    def __init__(self, pool_size=2, stride=2):
        self.p, self.s = pool_size, stride

    def forward(self, x):
        N, C, H, W = x.shape
        self.x = x
        out = np.zeros((N, C, (H - self.p) // self.s + 1, (W - self.p) // self.s + 1))
        for n, c, i, j in np.ndindex(out.shape):
            window = x[n, c, i * self.s : i * self.s + self.p, j * self.s : j * self.s + self.p]
            out[n, c, i, j] = window.max()
        return out

    def backward(self, dout):
        dx = np.zeros_like(self.x)
        for n, c, i, j in np.ndindex(dout.shape):
            window = self.x[n, c, i * self.s : i * self.s + self.p, j * self.s : j * self.s + self.p]
            a, b = divmod(window.argmax(), self.p)
            dx[n, c, i * self.s + a, j * self.s + b] += dout[n, c, i, j]
        return dx
"""
)
# What attention computes is called context, and is no cache; nothing but the docstring tells the shapes
CONTEXT = (
    NUMPY
    + '''def attention_forward(query, keys, W, v):
    """query (B, H), keys (B, T, H), W (H, A), v (A,)"""
    e = np.tanh((query @ W)[:, None, :] + keys @ W)
    alpha = np.exp(e @ v)
    alpha = alpha / alpha.sum(axis=1, keepdims=True)
    context = np.sum(alpha[:, :, None] * keys, axis=1)
    return context, (query, keys, W, v, e, alpha)


def attention_backward(dcontext, cache):
    query, keys, W, v, e, alpha = cache
    dalpha = np.sum(dcontext[:, None, :] * keys, axis=2)
    dscores = alpha * (dalpha - np.sum(dalpha * alpha, axis=1, keepdims=True))
    de = dscores[:, :, None] * v * (1 - e**2)
    dq = de.sum(axis=1)
    dkeys = alpha[:, :, None] * dcontext[:, None, :] + de @ W.T
    dW = query.T @ dq + np.einsum("bth,bta->ha", keys, de)
    return dq @ W.T, dkeys, dW, np.einsum("bt,bta->a", dscores, e)
'''
)
STEPS = (
    NUMPY
    + """def temporal_softmax_loss(x, y, mask, verbose=False):
    N, T, V = x.shape
    x_flat, y_flat, mask_flat = x.reshape(N * T, V), y.reshape(N * T), mask.reshape(N * T)
    probs = np.exp(x_flat - np.max(x_flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(mask_flat * np.log(probs[np.arange(N * T), y_flat])) / N
    dx_flat = probs.copy()
    dx_flat[np.arange(N * T), y_flat] -= 1
    dx_flat /= N
    dx_flat *= mask_flat[:, None]
    return loss, dx_flat.reshape(N, T, V)
"""
)
GLOBAL = (
    NUMPY
    + """class GlobalAvgPool:
    def forward(self, x):
        self.shape = x.shape
        return x.mean(axis=(2, 3))

    def backward(self, dout):
        N, C, H, W = self.shape
        return np.broadcast_to(dout[:, :, None, None] / (H * W), self.shape)
"""
)
BORDERS = (
    NUMPY
    + """class AvgPool:
    def __init__(self, k=3, stride=2, pad=1):
        self.k, self.stride, self.pad = k, stride, pad

    def window(self, i, n):
        low = i * self.stride - self.pad
        return max(low, 0), min(low + self.k, n)

    def forward(self, x):
        self.shape = x.shape
        N, C, H, W = x.shape
        out = np.zeros((N, C, *((n + 2 * self.pad - self.k) // self.stride + 1 for n in (H, W))))
        for i, j in np.ndindex(out.shape[2:]):
            a, b = self.window(i, H)
            c, d = self.window(j, W)
            out[:, :, i, j] = x[:, :, a:b, c:d].mean(axis=(2, 3))
        return out

    def backward(self, dout):
        dx = np.zeros(self.shape)
        for i, j in np.ndindex(dout.shape[2:]):
            a, b = self.window(i, self.shape[2])
            c, d = self.window(j, self.shape[3])
            dx[:, :, a:b, c:d] += dout[:, :, i, j][:, :, None, None] / ((b - a) * (d - c))
        return dx
"""
)
# Weights are made by a method of their own; one number a channel, spread over pictures
MADE_LATER = (
    NUMPY
    + """class FullyConnectedLayer(object):
    def __init__(self, num_input, num_output):  # 全连接层初始化
        self.num_input = num_input
        self.num_output = num_output

    def init_param(self, std=0.01):  # 参数初始化
        self.weight = np.random.normal(loc=0.0, scale=std, size=(self.num_input, self.num_output))
        self.bias = np.zeros([1, self.num_output])

    def forward(self, input):  # 前向传播计算
        self.input = input
        return np.matmul(input, self.weight) + self.bias

    def backward(self, top_diff):  # 反向传播的计算
        self.d_weight = np.matmul(self.input.T, top_diff)
        self.d_bias = np.sum(top_diff, axis=0, keepdims=True)
        return np.matmul(top_diff, self.weight.T)
"""
)
GROUPED = (
    NUMPY
    + """class GroupNorm:
    def __init__(self, num_groups, num_channels, eps=1e-5):
        self.G, self.eps = num_groups, eps
        self.gamma, self.beta = np.ones(num_channels), np.zeros(num_channels)

    def __call__(self, x):
        N, C, H, W = x.shape
        xg = x.reshape(N, self.G, C // self.G, H, W)
        self.inv = 1 / np.sqrt(xg.var(axis=(2, 3, 4), keepdims=True) + self.eps)
        self.xhat = (xg - xg.mean(axis=(2, 3, 4), keepdims=True)) * self.inv
        return self.xhat.reshape(x.shape) * self.gamma[None, :, None, None] + self.beta[None, :, None, None]

    def backward(self, dy):
        self.gamma_grad = (dy * self.xhat.reshape(dy.shape)).sum(axis=(0, 2, 3))
        self.beta_grad = dy.sum(axis=(0, 2, 3))
        d = (dy * self.gamma[None, :, None, None]).reshape(self.xhat.shape)
        m1 = d.mean(axis=(2, 3, 4), keepdims=True)
        m2 = (d * self.xhat).mean(axis=(2, 3, 4), keepdims=True)
        return ((d - m1 - self.xhat * m2) * self.inv).reshape(dy.shape)
"""
)
RIGHT = {
    "one-hot": ONE_HOT, "tempered": TEMPERED, "triplet": TRIPLET, "either": EITHER, "bits": BITS,
    "calculated": CALCULATED, "dropping": DROPPING, "half": HALF, "swish": SWISH,
    "steps": STEPS, "made-later": MADE_LATER,
}  # fmt: skip
SLOW = {"context": CONTEXT, "grouped": GROUPED, "global": GLOBAL, "borders": BORDERS, "pooled": POOLED}
SLIPS = [
    (ONE_HOT, "(self.P - self.T) / self.P.shape[0]", "self.P - self.T", {"missing-mean"}),
    (TEMPERED, "keepdims=True)) / T\n", "keepdims=True))\n", {"scale-forgotten"}),
    (TRIPLET, "-2 * m * (a - p)", "2 * m * (a - p)", {"sign-flipped"}),
    (EITHER, "(self.y - self.t) / n", "self.y - self.t", {"missing-mean"}),
    (EITHER, "return dx / n", "return dx", {"missing-mean"}),
    (
        BITS,
        "(self.y - self.t) * dout",
        "(self.y - self.t) * self.y * (1 - self.y) * dout",
        {"wrong-variable"},
    ),
    (DROPPING, "dvalues * self.binary_mask", "dvalues * (self.binary_mask > 0)", {"scale-forgotten"}),
    (HALF, "dout * self.mask", "dout * self.mask / (1 - self.dropout_ratio)", {"scale-forgotten"}),
    (SWISH, "self.beta * self.x * s", "self.x * s", {"scale-forgotten"}),
    (MADE_LATER, "np.sum(top_diff, axis=0", "np.mean(top_diff, axis=0", {"bias-averaged", "extra-mean"}),
]
SLOW_SLIPS = [
    (CALCULATED, "self.dinputs / len(dvalues)", "self.dinputs", {"missing-mean"}),
    (POOLED, "+= dout", "= dout", {"not-accumulated"}),
    (STEPS, "    dx_flat *= mask_flat[:, None]\n", "", {"relu-mask"}),
    (GLOBAL, "dout[:, :, None, None] / (H * W)", "dout[:, :, None, None]", {"scale-forgotten"}),
    (BORDERS, "((b - a) * (d - c))", "(self.k * self.k)", {"ties"}),
    (CONTEXT, "dW = query.T @ dq + ", "dW = ", {"path-forgotten"}),
    (GROUPED, "(d - m1 - self.xhat", "(d - self.xhat", {"path-forgotten"}),
]


@pytest.mark.parametrize(
    "source",
    [*RIGHT.values(), *(pytest.param(source, marks=pytest.mark.full) for source in SLOW.values())],
    ids=[*RIGHT, *SLOW],
)
def test_right_ones_are_healthy(source: str, tmp_path: Path) -> None:
    found = examined(tmp_path, source)
    assert found and all(found), [diagnosis.text("en") for diagnosis in found]


@pytest.mark.parametrize(
    ("source", "right", "wrong", "named"),
    [*SLIPS, *(pytest.param(*slip, marks=pytest.mark.full) for slip in SLOW_SLIPS)],
)
def test_slips_are_named(source: str, right: str, wrong: str, named: set[str], tmp_path: Path) -> None:
    assert source.count(right) == 1
    assert names(tmp_path, source.replace(right, wrong)) & named
