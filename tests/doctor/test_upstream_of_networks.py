"""A network whose backward is given the upstream gradient, by no name that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.isolation.targets import defined
from charmlp.doctor.isolation.worker import examine_one
from tests.doctor.test_numpy_functions import module_of

NETWORK = """
class Weight:
    def __init__(self, value):
        self.value, self.grad = value, np.zeros_like(value)


class Affine:
    def __init__(self, n_in, n_out):
        self.w, self.b = Weight(np.random.randn(n_in, n_out)), Weight(np.zeros(n_out))

    def __call__(self, x):
        self.x = x
        return x @ self.w.value + self.b.value

    def backward(self, d):
        self.w.grad += self.x.T @ d
        self.b.grad += d.sum(axis=0)
        return d @ self.w.value.T


class Net:
    def __init__(self):
        self.layers = [Affine(4, 8), Affine(8, 1)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)
"""


@pytest.mark.full
def test_it_is_not_taken_for_a_loss_with_a_factor(tmp_path: Path) -> None:
    """With one output, of one sample, that output would do as a loss, and d as a factor that is too much."""
    things = dict(defined(module_of(NETWORK, tmp_path)))
    assert not examine_one(things["Net"], None, "Net", "Net").mistakes
