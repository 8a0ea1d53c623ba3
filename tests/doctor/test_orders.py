"""Gradients whose numbers are right in another order are called so; the right ones stay right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

SIGNAL = """
import numpy as np


class Smoothing:
    def __init__(self, width):
        self.taps = np.random.randn(width)

    def forward(self, x):
        self.x = x
        return np.convolve(x, self.taps[::-1], mode="valid")

    def backward(self, dout):
        self.dtaps = np.correlate(self.x, dout, mode="valid")
        return np.convolve(dout, self.taps, mode="full")


if __name__ == "__main__":
    layer = Smoothing(5)
    print(layer.backward(layer.forward(np.random.randn(12))))
"""
INVERSE = """
import numpy as np


def inverse_forward(a):
    y = np.linalg.inv(a)
    return y, y


def inverse_backward(dout, y):
    return -y.T @ dout @ y.T
"""
FILTERS = """
import numpy as np


class Filters:
    def __init__(self, inputs, outputs):
        self.weight = np.random.randn(outputs, inputs, 3)

    def forward(self, x):
        self.columns = np.stack([x[:, :, i : i + x.shape[2] - 2] for i in range(3)], axis=-1)
        return np.einsum("nchk,fck->nfh", self.columns, self.weight)

    def backward(self, dout):
        self.dweight = np.einsum("nchk,nfh->fck", self.columns, dout)
        columns = np.einsum("nfh,fck->nchk", dout, self.weight)
        dx = np.zeros(self.columns.shape[:2] + (self.columns.shape[2] + 2,))
        for i in range(3):
            dx[:, :, i : i + columns.shape[2]] += columns[..., i]
        return dx


if __name__ == "__main__":
    layer = Filters(2, 4)
    print(layer.backward(layer.forward(np.random.randn(5, 2, 8))).shape)
"""


def names(folder: Path, source: str) -> list[tuple[str, str]]:
    return [(m.name, m.variant) for found in examined(folder, source) for m in found.mistakes]


@pytest.mark.parametrize(
    ("source", "right", "wrong", "mistake"),
    one_in(
        4,
        [
            (
                SIGNAL,
                'self.x, dout, mode="valid")',
                'dout, self.x, mode="valid")',
                ("kernel-not-flipped", "reversed"),
            ),
            (SIGNAL, "dout, self.taps,", "dout, self.taps[::-1],", ("kernel-not-flipped", "turned")),
            (INVERSE, "-y.T @ dout @ y.T", "-y @ dout @ y", ("wrong-transpose-for-input", "axes")),
            (
                FILTERS,
                '"nchk,nfh->fck", self.columns, dout)',
                '"nchk,nfh->kcf", self.columns, dout).reshape(self.weight.shape)',
                ("weight-transposed", "axes"),
            ),
        ],
    ),
)
def test_the_order_is_named(
    source: str, right: str, wrong: str, mistake: tuple[str, str], tmp_path: Path
) -> None:
    assert names(tmp_path, source) == []
    assert all(examined(tmp_path, source))
    assert source.count(right) == 1
    found = names(tmp_path, source.replace(right, wrong))
    assert mistake in found or (mistake[0], "edit") in found, found
