"""Objects as their own files set them: with a stride, in use instead of in training."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined

CONVOLUTION = """
import numpy as np


class Conv1d:
    def __init__(self, c_in, c_out, k, stride=1, pad=0, seed=0):
        rng = np.random.default_rng(seed)
        self.w = rng.normal(0, 1 / np.sqrt(c_in * k), (c_out, c_in, k))
        self.b = np.zeros(c_out)
        self.stride, self.pad = stride, pad

    def forward(self, x):
        self.x_shape = x.shape
        xp = np.pad(x, ((0, 0), (0, 0), (self.pad, self.pad)))
        self.xp = xp
        k, s = self.w.shape[2], self.stride
        t = (xp.shape[2] - k) // s + 1
        out = np.zeros((x.shape[0], self.w.shape[0], t))
        for i in range(t):
            out[:, :, i] = np.tensordot(xp[:, :, i * s:i * s + k], self.w, axes=([1, 2], [1, 2])) + self.b
        return out

    def backward(self, dout):
        k, s = self.w.shape[2], self.stride
        self.dw = np.zeros_like(self.w)
        self.db = dout.sum(axis=(0, 2))
        dxp = np.zeros_like(self.xp)
        for i in range(dout.shape[2]):
            window = slice(i * s, i * s + k)
            self.dw += np.tensordot(dout[:, :, i], self.xp[:, :, window], axes=(0, 0))
            dxp[:, :, window] += np.tensordot(dout[:, :, i], self.w, axes=(1, 0))
        return dxp[:, :, self.pad:self.pad + self.x_shape[2]]


def train():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(6, 2, 14))
    net = Conv1d(2, 3, 4, stride=2, pad=1)
    target = rng.normal(size=net.forward(x).shape)
    for epoch in range(30):
        out = net.forward(x)
        net.backward((out - target) / len(x))
        net.w -= 0.05 * net.dw
        net.b -= 0.05 * net.db
    return ((out - target) ** 2).mean()


if __name__ == "__main__":
    print(train())
"""
NORM = """
import numpy as np


class BatchNorm1d:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.gamma, self.beta = np.ones(dim), np.zeros(dim)
        self.mean, self.var = np.zeros(dim), np.ones(dim)
        self.eps, self.momentum = eps, momentum
        self.training = True

    def forward(self, x):
        if self.training:
            mu, var = x.mean(0), x.var(0)
            self.mean = (1 - self.momentum) * self.mean + self.momentum * mu
            self.var = (1 - self.momentum) * self.var + self.momentum * var
        else:
            mu, var = self.mean, self.var
        self.inv = 1 / np.sqrt(var + self.eps)
        self.xhat = (x - mu) * self.inv
        return self.gamma * self.xhat + self.beta

    def backward(self, dy):
        self.dgamma = (dy * self.xhat).sum(0)
        self.dbeta = dy.sum(0)
        dxhat = dy * self.gamma
        if not self.training:
            return dxhat * self.inv
        return self.inv * (dxhat - dxhat.mean(0) - self.xhat * (dxhat * self.xhat).mean(0))
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("", ""),
        pytest.param("window = slice(i * s, i * s + k)", "window = slice(i, i + k)", marks=pytest.mark.full),
        pytest.param("self.pad:self.pad + self.x_shape[2]", ":self.x_shape[2]", marks=pytest.mark.full),
    ],
)
def test_what_only_another_stride_or_padding_shows(right: str, wrong: str, tmp_path: Path) -> None:
    """With a stride of 1 and no padding, the usual ones, all three are right."""
    found, *_ = examined(tmp_path, CONVOLUTION.replace(right, wrong))
    assert found.reason is None and bool(found.mistakes) is bool(right)


@pytest.mark.parametrize(
    ("right", "wrong"), [("", ""), ("return dxhat * self.inv", "return dxhat"), ("dy * self.gamma", "dy")]
)
def test_an_object_in_use(right: str, wrong: str, tmp_path: Path) -> None:
    """Its flag is its own; in use it normalises by other means, which is no wrong forward."""
    found, *_ = examined(tmp_path, NORM.replace(right, wrong))
    assert found.reason is None and bool(found.mistakes) is bool(right)
    assert all(mistake.name != "forward-wrong" for mistake in found.mistakes)
