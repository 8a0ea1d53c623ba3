"""Layers as NumPy courses write them: right ones are healthy, and each common slip is named."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

from charmlp.doctor import Diagnosis
from charmlp.doctor.isolation.targets import defined
from charmlp.doctor.isolation.worker import examine_one
from tests.sampling import one_in

NUMBERS = count()
SOURCES = {
    "batch_norm": """
def batchnorm_forward(x, gamma, beta, bn_param):
    std = np.sqrt(x.var(axis=0) + bn_param["eps"])
    xhat = (x - x.mean(axis=0)) / std
    return gamma * xhat + beta, (xhat, std, gamma, x)
def batchnorm_backward(dout, cache):
    xhat, std, gamma, x = cache
    h = dout * gamma
    dx = (h - h.mean(axis=0) - xhat * (h * xhat).mean(axis=0)) / std
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)
""",
    "layer_norm": """
class LayerNorm:
    def __init__(self, dim):
        self.gamma, self.beta = np.ones(dim), np.zeros(dim)
    def forward(self, x):
        self.std = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        self.xhat = (x - x.mean(axis=1, keepdims=True)) / self.std
        return self.gamma * self.xhat + self.beta
    def backward(self, dout):
        self.dgamma, self.dbeta = (dout * self.xhat).sum(axis=0), dout.sum(axis=0)
        h = dout * self.gamma
        mean = (h * self.xhat).mean(axis=1, keepdims=True)
        return (h - h.mean(axis=1, keepdims=True) - self.xhat * mean) / self.std
""",
    "convolution": """
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, R, S = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    out = np.zeros((N, F, (H + 2 * p - R) // s + 1, (W + 2 * p - S) // s + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            patch = xp[:, :, i * s : i * s + R, j * s : j * s + S]
            out[:, :, i, j] = np.tensordot(patch, w, axes=((1, 2, 3), (1, 2, 3))) + b
    return out, (xp, w, s, p)
def conv_backward_naive(dout, cache):
    xp, w, s, p = cache
    R, S = w.shape[2:]
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            patch = xp[:, :, i * s : i * s + R, j * s : j * s + S]
            dw += np.tensordot(dout[:, :, i, j], patch, axes=(0, 0))
            dxp[:, :, i * s : i * s + R, j * s : j * s + S] += np.tensordot(dout[:, :, i, j], w, axes=(1, 0))
    return dxp[:, :, p : dxp.shape[2] - p, p : dxp.shape[3] - p], dw, dout.sum(axis=(0, 2, 3))
""",
    "max_pool": """
def max_pool_forward(x, pool_param):
    N, C, H, W = x.shape
    windows = x.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5)
    windows = windows.reshape(N, C, H // 2, W // 2, 4)
    return windows.max(axis=-1), (windows, x.shape)
def max_pool_backward(dout, cache):
    windows, shape = cache
    N, C, H, W = shape
    mask = np.eye(4)[windows.argmax(axis=-1)]
    d = (mask * dout[..., None]).reshape(N, C, H // 2, W // 2, 2, 2)
    return d.transpose(0, 1, 2, 4, 3, 5).reshape(shape)
""",
    "average_pool": """
class AvgPool:
    def forward(self, x):
        N, C, H, W = x.shape
        return x.reshape(N, C, H // 2, 2, W // 2, 2).mean(axis=(3, 5))
    def backward(self, dout):
        return dout.repeat(2, axis=2).repeat(2, axis=3) / 4
""",
    "dropout": """
def dropout_forward(x, dropout_param):
    np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (mask, dropout_param["p"])
def dropout_backward(dout, cache):
    mask, p = cache
    return dout * mask
""",
    "embedding": """
class Embedding:
    def __init__(self, W):
        self.W = W
    def forward(self, idx):
        self.idx = idx
        return self.W[idx]
    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.idx, dout)
""",
    "attention": """
def attention_forward(q, k, v):
    root = np.sqrt(q.shape[-1])
    s = q @ k.swapaxes(-1, -2) / root
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return p @ v, (q, k, v, p, root)
def attention_backward(dout, cache):
    q, k, v, p, root = cache
    dp = dout @ v.swapaxes(-1, -2)
    ds = p * (dp - (dp * p).sum(axis=-1, keepdims=True)) / root
    return ds @ k, ds.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ dout
""",
    "row_max": """
class RowMax:
    def forward(self, x):
        self.mask = np.eye(x.shape[1])[x.argmax(axis=1)]
        self.x, self.m = x, x.max(axis=1, keepdims=True)
        return x.max(axis=1)
    def backward(self, dout):
        return self.mask * dout[:, None]
""",
    "activated_linear": """
class SigmoidLayer:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)
    def forward(self, x):
        self.x, self.z = x, x @ self.W + self.b
        self.y = 1 / (1 + np.exp(-self.z))
        return self.y
    def backward(self, dout):
        h = dout * self.y * (1 - self.y)
        self.dW, self.db = self.x.T @ h, h.sum(axis=0)
        return h @ self.W.T
""",
}
ARGMAX = "np.eye(4)[windows.argmax(axis=-1)]"
# In place of what stands there, and what must be said
SLIPS = [
    ("batch_norm", " - xhat * (h * xhat).mean(axis=0)", "", {"path-forgotten"}),
    ("batch_norm", " - h.mean(axis=0)", "", {"path-forgotten"}),
    ("batch_norm", "h = dout * gamma", "h = dout", {"scale-forgotten"}),
    ("batch_norm", "(dout * xhat).sum(axis=0)", "(dout * x).sum(axis=0)", {"wrong-variable"}),
    ("batch_norm", "dout.sum(axis=0)", "-dout.sum(axis=0)", {"sign-flipped"}),
    ("batch_norm", " - h.mean(axis=0)", " + h.mean(axis=0)", {"sign-flipped"}),
    ("batch_norm", " - h.mean(axis=0)", " - h.sum(axis=0)", {"missing-mean"}),
    ("layer_norm", " - self.xhat * mean", "", {"path-forgotten"}),
    ("layer_norm", "self.xhat * mean) / self.std", "self.xhat * mean)", {"scale-forgotten"}),
    ("layer_norm", "dout.sum(axis=0)", "dout.mean(axis=0)", {"bias-averaged"}),
    ("convolution", "j], w, axes=(1, 0)", "j], w[:, :, ::-1, ::-1], axes=(1, 0)", {"kernel-not-flipped"}),
    ("convolution", "dw, dout", "dw[:, :, ::-1, ::-1], dout", {"kernel-not-flipped"}),
    ("convolution", "dout.sum(axis=(0, 2, 3))", "dout[0].sum(axis=(1, 2))", {"batch-not-summed"}),
    ("max_pool", ARGMAX, "windows == windows.max(axis=-1, keepdims=True)", {"ties"}),
    ("max_pool", ARGMAX, "np.ones_like(windows)", {"wrong-formula", "ties"}),
    ("average_pool", " / 4", "", {"scale-forgotten"}),
    ("dropout", "dout * mask", "dout * mask * p", {"scale-forgotten"}),
    ("dropout", "dout * mask", "dout", {"wrong-mask"}),
    ("embedding", "np.add.at(self.dW, self.idx, dout)", "self.dW[self.idx] = dout", {"not-accumulated"}),
    ("attention", ")) / root\n", "))\n", {"scale-forgotten"}),
    ("attention", "(dp - (dp * p).sum(axis=-1, keepdims=True))", "(1 - p) * dp", {"softmax-diagonal"}),
    ("row_max", "self.mask * dout", "(self.x == self.m) * dout", {"ties"}),
    ("activated_linear", "self.y * (1 - self.y)", "self.z * (1 - self.z)", {"wrong-variable"}),
    ("activated_linear", " * self.y * (1 - self.y)", "", {"path-forgotten"}),
]  # fmt: skip


def module_of(source: str, folder: Path) -> ModuleType:
    """The source as an imported file, so that its own text can be read."""
    name = f"layers_{next(NUMBERS)}"
    path = folder / f"{name}.py"
    path.write_text("import numpy as np\n" + source, encoding="utf-8")
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(module))
    return module


def examined(source: str, folder: Path) -> Diagnosis:
    ((name, thing),) = defined(module_of(source, folder))
    return examine_one(thing, None, name, name)


@pytest.mark.parametrize("kind", SOURCES)
def test_right_layers_are_healthy_and_recognised(kind: str, tmp_path: Path) -> None:
    diagnosis = examined(SOURCES[kind], tmp_path)
    assert (diagnosis.verdict, diagnosis.kind) == ("healthy", kind), diagnosis


@pytest.mark.parametrize(("kind", "old", "new", "names"), one_in(2, SLIPS))
def test_a_slip_is_named(kind: str, old: str, new: str, names: set[str], tmp_path: Path) -> None:
    assert SOURCES[kind].count(old) == 1
    diagnosis = examined(SOURCES[kind].replace(old, new), tmp_path)
    assert {mistake.name for mistake in diagnosis.mistakes} == names, diagnosis
