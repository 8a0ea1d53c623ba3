"""What is wrong around gradients that torch computes, and Functions whose inputs their use alone tells."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from charmlp.doctor import examine
from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.survey.parts import Piece
from charmlp.doctor.survey.training import mistakes_in
from tests.doctor.test_survey import examined

DESCENT = """
import torch


def step(params, rate, batch_size):
    for param in params:
        param.data.sub_(rate * param.grad / batch_size)
        param.grad.zero_()


def train(X, y, w):
    for _ in range(9):
        loss = (X @ w - y) ** 2
        loss.sum().backward()
        step([w], 0.1, len(X))
"""
LOOP = """
import torch

for x, t in data:
    optimizer.zero_grad()
    loss = criterion(model(x), t)
    loss.backward()
    optimizer.step()
"""
SAMPLE = """
import torch


class Encoder(torch.nn.Module):
    def sample(self, mu, log_var):
        std = torch.exp(0.5 * log_var)
        eps = torch.randn_like(std)
        return mu + eps * std
"""
POLICY = """
import torch


def loss(log_probs, returns):
    weighted = log_probs * returns
    return -weighted.mean()
"""
OWN_STEPS = """
import torch

for _ in range(9):
    loss = ((a * x + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        a -= 0.1 * a.grad
        b -= 0.1 * b.grad
        a.grad.zero_()
        b.grad = None
"""
ADVERSARIAL = """
import torch

for _ in range(9):
    loss = ((x + delta) @ w - y).pow(2).mean()
    loss.backward()
    delta.data += lr * delta.grad
    w.data -= lr * w.grad
    delta.grad.zero_()
    w.grad.zero_()
"""
ALTERNATING = """
import torch

for real in data:
    optimizer_d.zero_grad()
    loss_of(d(real), d(g(noise).detach())).backward()
    optimizer_d.step()
    optimizer_g.zero_grad()
    loss_of(d(g(noise))).backward()
    optimizer_g.step()
for step, x in enumerate(data):
    loss_of(x).backward()
    if step % 4 == 3:
        optimizer.step()
        optimizer.zero_grad()
"""
# Sources that are right, what is changed in them, and what the change is called
TRAINING = {
    "averaged-twice": (DESCENT, "loss.sum()", "loss.mean()", "extra-mean", "step"),
    "never-reset": (LOOP, "    optimizer.zero_grad()\n", "", "not-accumulated", "train"),
    "uphill": (OWN_STEPS, "b -= 0.1", "b += 0.1", "sign-flipped", "train"),
    "one-reset": (OWN_STEPS, "        b.grad = None\n", "", "not-accumulated", "train"),
    "reset-late": (
        LOOP, "    loss.backward()\n", "    loss.backward()\n    optimizer.zero_grad()\n",
        "missing-gradient", "train",
    ),
    "step-early": (
        LOOP, "    loss.backward()\n    optimizer.step()\n", "    optimizer.step()\n    loss.backward()\n",
        "missing-gradient", "train",
    ),
    "variance": (SAMPLE, "0.5 * log_var", "log_var", "forward-wrong", "Encoder.sample"),
    "one-mean": (POLICY, "log_probs * returns", "log_probs.mean() * returns", "forward-wrong", "loss"),
}  # fmt: skip


def told(source: str) -> list[str]:
    return [mistake.name for _, mistake in mistakes_in([Piece("own.py", source)])]


@pytest.mark.parametrize("name", TRAINING)
def test_training(name: str) -> None:
    source, before, after, expected, _ = TRAINING[name]
    assert told(source) == []
    assert told(source.replace(before, after)) == [expected]
    assert told(source.replace(before, after).replace("import torch", "import tinytorch")) == []


def test_the_words_name_the_line(tmp_path: Path) -> None:
    (found,) = examined(tmp_path, DESCENT.replace("loss.sum()", "loss.mean()"))
    (mistake,) = found.mistakes
    assert mistake.row == 2 and found.target.endswith(":step")
    assert "line 7" in mistake.fix("en") and "第 7 行" in mistake.fix("zh")


@pytest.mark.parametrize(
    "source", [ADVERSARIAL, ALTERNATING, OWN_STEPS.replace("loss", "log_p").replace("-=", "+=")]
)
def test_steps_that_are_meant_otherwise(source: str) -> None:
    assert told(source) == []


def test_weights_that_are_made_anew_need_no_reset() -> None:
    fresh = "    w = w.detach().requires_grad_()\n    loss(x, w).backward()\n    w -= 0.1 * w.grad\n"
    assert told(f"import torch\nfor x in data:\n{fresh}") == []


# Functions

CAUSAL = """
import torch


class Mix(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, lower):
        ctx.save_for_backward(x, w)
        ctx.lower = lower
        return (torch.tril(w) if lower else w) @ x

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        gw = g @ x.T
        if ctx.lower:
            return torch.tril(w).T @ g, torch.tril(gw), None
        return w.T @ g, gw, None


if __name__ == "__main__":
    Mix.apply(torch.randn(4, 3, requires_grad=True), torch.randn(4, 4, requires_grad=True), True)
"""
BILINEAR = """
import torch


class Bilinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, weight, bias):
        ctx.save_for_backward(a, b, weight)
        return torch.stack([((a @ w) * b).sum(1) for w in weight], 1) + bias

    @staticmethod
    def backward(ctx, g):
        a, b, weight = ctx.saved_tensors
        ga, gb, every = torch.zeros_like(a), torch.zeros_like(b), []
        for k, w in enumerate(weight):
            each = g[:, k : k + 1]
            ga += each * (b @ w.T)
            gb += each * (a @ w)
            gw = (a * each).T @ b
            every.append(gw)
        return ga, gb, torch.stack(every), g.sum(0)
"""
STAMPS = """
import torch


class ConvTranspose(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, kernel, stride):
        h, w = x.shape
        kh, kw = kernel.shape
        y = x.new_zeros((h - 1) * stride + kh, (w - 1) * stride + kw)
        for i in range(h):
            for j in range(w):
                y[i * stride : i * stride + kh, j * stride : j * stride + kw] += x[i, j] * kernel
        ctx.save_for_backward(x, kernel)
        ctx.stride = stride
        return y

    @staticmethod
    def backward(ctx, g):
        x, kernel = ctx.saved_tensors
        h, w = x.shape
        kh, kw = kernel.shape
        s = ctx.stride
        gx, gk = torch.zeros_like(x), torch.zeros_like(kernel)
        for i in range(h):
            for j in range(w):
                gx[i, j] = (g[i * s : i * s + kh, j * s : j * s + kw] * kernel).sum()
                gk += x[i, j] * g[i * s : i * s + kh, j * s : j * s + kw]
        return gx, gk, None
"""
FUNCTIONS = {
    "switch": (CAUSAL, "return w.T @ g, gw, None", "return torch.tril(w).T @ g, gw, None", None),
    "last-of-loop": (BILINEAR, "torch.stack(every)", "gw", "not-accumulated"),
    "stride": (
        STAMPS, "(g[i * s : i * s + kh, j * s : j * s + kw] * kernel)",
        "(g[i : i + kh, j : j + kw] * kernel)", "kernel-not-flipped",
    ),
}  # fmt: skip


def names(found: list[Diagnosis]) -> set[str]:
    return {mistake.name for one in found for mistake in one.mistakes}


@pytest.mark.full
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(tmp_path: Path, name: str) -> None:
    source, before, after, expected = FUNCTIONS[name]
    assert names(examined(tmp_path, source)) == set()
    found = names(examined(tmp_path, source.replace(before, after)))
    assert found == {expected} if expected else found


# Forwards whose name says what they are meant to be

DROPOUT = """
import torch
from torch import nn


class MyDropout(nn.Module):
    def __init__(self, p=0.3):
        super().__init__()
        self.p = p

    def forward(self, x):
        mask = torch.bernoulli(torch.full_like(x, 1 - self.p))
        return x * mask / (1 - self.p)
"""
LEAKY = """
import torch


def leaky_relu(x, alpha=0.1):
    positive = torch.relu(x)
    return positive - alpha * torch.relu(-x)
"""


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [(DROPOUT, "/ (1 - self.p)", "/ self.p"), (LEAKY, "relu(-x)", "relu(-positive)")],
)
def test_forward_by_name(tmp_path: Path, source: str, before: str, after: str) -> None:
    assert names(examined(tmp_path, source)) == set()
    assert names(examined(tmp_path, source.replace(before, after))) == {"forward-wrong"}


# NumPy: inputs in a tuple, gradients in a list


class Clipped:
    def __init__(self, z: float = 1.0) -> None:
        self.cap = z

    def forward(self, x):  # type: ignore[no-untyped-def]
        return (x[0] * (x[0] > 0) * (x[0] < self.cap),)

    def backward(self, x, gy):  # type: ignore[no-untyped-def]
        return (gy[0] * (x[0] > 0) * (x[0] < self.cap),)


class WronglyClipped(Clipped):
    def backward(self, x, gy):  # type: ignore[no-untyped-def]
        return (gy[0] * (x[0] < self.cap),)


@pytest.mark.full
def test_inputs_in_a_tuple() -> None:
    assert examine(Clipped).verdict == "healthy"
    assert examine(WronglyClipped).verdict == "mistaken"


LINE = """
import torch
from torch import nn

torch.manual_seed(2)
X = torch.linspace(-1, 1, 20).view(-1, 1)
y = 1.5 * X - 0.7
model, criterion = nn.Linear(1, 1), nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(5):
    optimizer.zero_grad()
    loss = criterion(model(X), y)
    loss.backward()
    optimizer.step()
"""


TWICE = """
    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, g):
        return 2 * g
"""


def test_a_loss_is_not_its_own_upstream_gradient(tmp_path: Path) -> None:
    function = "class Twice(torch.autograd.Function):\n" + TWICE
    assert not names(examined(tmp_path, LINE + function))
    for given, found in (("torch.ones_like(loss)", set()), ("loss", {"cotangent-twice"})):
        loop = LINE.replace("backward()", f"backward({given})")
        assert names(examined(tmp_path, loop + function)) == found
