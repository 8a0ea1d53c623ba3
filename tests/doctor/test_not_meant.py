"""What was once read as a mistake and is none: bounds as options, bends, pairs, losses after a step."""

from pathlib import Path

import pytest

from charmlp.doctor.operation.numpy_code.tables import takes_pairs
from tests.doctor.test_survey import examined

BOUNDED = """
import torch


class HardTanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, min_val, max_val):
        ctx.save_for_backward(x)
        ctx.bounds = min_val, max_val
        return x.clamp(min_val, max_val)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        low, high = ctx.bounds
        return g * ((x > low) & (x < high)), None, None


class Clamped(torch.nn.Module):
    def forward(self, x):
        return HardTanh.apply(x, -1.0, 1.0)


if __name__ == "__main__":
    x = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    Clamped()(x).backward(torch.ones_like(x))
"""
PAIRS = """
import numpy as np

RULES = {
    np.divide: lambda x, y: (x[1] * y[0] - x[0] * y[1]) / y[0] ** 2,
    np.tanh: lambda x: x[1] * (1 - np.tanh(x[0]) ** 2),
}
"""
PRINTED = """
import numpy as np


class Net:
    def fit(self, X, T, rate=0.01, epochs=50):
        self.W = 0.1 * np.random.randn(X.shape[1], 5)
        self.V = 0.1 * np.random.randn(5, T.shape[1])
        losses = []
        for _ in range(epochs):
            Y, Z = self.forward(X)
            dZ = (Y - T) @ self.V.T * (1 - Z * Z)
            self.V -= rate * Z.T @ (Y - T)
            self.W -= rate * X.T @ dZ
            loss = -np.sum(T * np.log(self.forward(X)[0]))
            losses.append(loss)
        return losses

    def forward(self, X):
        Z = np.tanh(X @ self.W)
        e = np.exp(Z @ self.V)
        return e / e.sum(axis=1, keepdims=True), Z
"""
SLIPS = [
    pytest.param(BOUNDED, "x < high", "x < 1.0", id="a bound of its own"),
    pytest.param(PAIRS, "x[1] * y[0] - x[0] * y[1]", "x[1] * y[0] + x[0] * y[1]", id="a sign"),
    pytest.param(PAIRS, "np.tanh(x[0]) ** 2", "np.tanh(x[0])", id="a slope"),
    pytest.param(PRINTED, "(1 - Z * Z)", "(1 - Z)", id="a slope of a layer", marks=pytest.mark.full),
]


@pytest.mark.parametrize("source", [BOUNDED, PAIRS, PRINTED], ids=["bounded", "pairs", "printed"])
def test_right_code_is_healthy(source: str, tmp_path: Path) -> None:
    diagnoses = examined(tmp_path, source)
    assert diagnoses and all(diagnoses), [diagnosis.text("en") for diagnosis in diagnoses]


@pytest.mark.parametrize(("source", "right", "wrong"), SLIPS)
def test_a_slip_in_it_is_a_mistake(source: str, right: str, wrong: str, tmp_path: Path) -> None:
    assert source.count(right) == 1
    assert any(one.mistakes for one in examined(tmp_path, source.replace(right, wrong)))


def test_a_function_of_nothing_is_not_called() -> None:
    """A table may be one of commands, by their names: {"exp": export}."""
    called: list[str] = []
    assert not takes_pairs(lambda: called.append("export"))
    assert called == []
