"""Torch code in the forms in which people write it, right and with one mistake each."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.isolation.worker import examine_one
from charmlp.doctor.operation.numpy_code import written
from tests.doctor.test_numpy_functions import module_of
from tests.doctor.test_survey import examined
from tests.sampling import one_in

FUNCTION = """
import torch
import torch.nn.functional as F

class Op(torch.autograd.Function):
    @staticmethod
    def forward(ctx, {inputs}):
        {forward}

    @staticmethod
    def backward(ctx, g):
        {backward}
"""
TERNARY = "ctx.save_for_backward(w)\n        return torch.where(w.abs() > 0.5, w.sign(), torch.zeros_like(w))"
ROTATE = (
    "ctx.save_for_backward(cos, sin)\n        a, b = x.chunk(2, -1)\n"
    "        return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)"
)
TURNED_BACK = (
    "cos, sin = ctx.saved_tensors\n        a, b = g.chunk(2, -1)\n"
    "        return torch.cat([a * cos {} b * sin, b * cos - a * sin], -1), None, None"
)
PAIRS = (
    "d = a - b\n        r = d.norm(dim=1)\n        h = (margin - r).clamp(min=0)\n"
    "        ctx.save_for_backward(d, r, h, y)\n        return ((1 - y) * r**2 + y * h**2).mean() / 2"
)
PULLED = (
    "d, r, h, y = ctx.saved_tensors\n        z = ((1 - y) {} y * h / r)[:, None] * d * g / len(y)\n"
    "        return z, -z, None, None"
)
SMOOTHED = (
    "q = F.one_hot(y, x.shape[1]) * (1 - smoothing) + smoothing / x.shape[1]\n"
    "        ctx.save_for_backward(x, y, q)\n        return -(q * x.log_softmax(1)).sum(1).mean()"
)
OF_LOGITS = (
    "x, y, q = ctx.saved_tensors\n        p = x.softmax(1)\n        return g * (p - {}) / len(y), None, None"
)
CLIPPED = "ctx.save_for_backward(x, alpha)\n        return torch.minimum(x.relu(), alpha)"
OF_CLIPPED = (
    "x, alpha = ctx.saved_tensors\n        inside = (x > 0) & (x < alpha)\n"
    "        return g * inside, (g * (x {} alpha)).sum().reshape(alpha.shape)"
)
BLENDED = "s = t.sigmoid()\n        ctx.save_for_backward(x, s)\n        return s * x + (1 - s) * h"
GATED = (
    "a, b = x.chunk(2, -1)\n        s = b.sigmoid()\n"
    "        ctx.save_for_backward(a, s)\n        return a * s"
)
OF_GATED = "a, s = ctx.saved_tensors\n        return torch.cat([g * s, g * s * (1 - s){}], -1)"  # fmt: skip
MASK = "(w,) = ctx.saved_tensors\n        return g * ({})"

FUNCTIONS: dict[str, tuple[str, str, str, str]] = {  # inputs, forward, backward, what is found
    "a window": ("w", TERNARY, MASK.format("w.abs() <= 1"), ""),
    "an inverted window": ("w", TERNARY, MASK.format("w.abs() > 1"), "relu-mask"),
    "half a window": ("w", TERNARY, MASK.format("w <= 1"), "wrong-mask"),
    "a step down": ("w", TERNARY, MASK.format("-1.0"), "sign-flipped"),
    "angles": ("x, cos, sin", ROTATE, TURNED_BACK.format("+"), ""),
    "a turn the same way": ("x, cos, sin", ROTATE, TURNED_BACK.format("-"), "sign-flipped"),
    "a hinge": ("a, b, y, margin", PAIRS, PULLED.format("-"), ""),
    "a hinge that pulls": ("a, b, y, margin", PAIRS, PULLED.format("+"), "sign-flipped"),
    "smoothed labels": ("x, y, smoothing=0.1", SMOOTHED, OF_LOGITS.format("q"), ""),
    "labels as they were": (
        "x, y, smoothing=0.1", SMOOTHED, OF_LOGITS.format("F.one_hot(y, x.shape[1])"), "scale-forgotten",
    ),
    "an alpha that is trained": ("x, alpha", CLIPPED, OF_CLIPPED.format(">="), ""),
    "gates": ("x", GATED, OF_GATED.format(" * a"), ""),
    "what was saved and not used": ("x", GATED, OF_GATED.format(""), "path-forgotten"),
    "a t that is no target": (
        "x, h, t", BLENDED, "x, s = ctx.saved_tensors\n        return g * s, g * (1 - s), g * s * (1 - s)",
        "unrecognised",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", one_in(3, FUNCTIONS))
def test_functions(name: str, tmp_path: Path) -> None:
    inputs, forward, backward, expected = FUNCTIONS[name]
    module = module_of(FUNCTION.format(inputs=inputs, forward=forward, backward=backward), tmp_path)
    assert said(examine_one(module.Op, None, "op", "Op")) == expected


def said(diagnosis: Diagnosis) -> str:
    """The one mistake, or why it was not examined; nothing where it is healthy."""
    assert len(diagnosis.mistakes) < 2
    if diagnosis.mistakes:
        return diagnosis.mistakes[0].name
    return diagnosis.reason.key if diagnosis.reason is not None else ""


REVERSED = """
import torch

class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -g

class Domain(torch.nn.Module):
    def forward(self, x):
        return torch.tanh(Reverse.apply(x))
"""


def test_a_module_that_reverses_gradients_is_not_judged_by_its_forward(tmp_path: Path) -> None:
    assert said(examine_one(module_of(REVERSED, tmp_path).Domain, None, "domain", "Domain")) == "hands-on"


LAYERS = """
import torch

class Linear:
    def __init__(self, d_in, d_out):
        self.W = torch.randn(d_in, d_out)
        self.b = torch.zeros(d_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW, self.db = self.x.t() @ g, g.sum(0)
        return g @ self.W.t()

class Net:
    def __init__(self, d_in, d_hidden, d_out):
        self.W, self.V = torch.randn(d_in, d_hidden), torch.randn(d_hidden, d_out)

    def forward(self, x):
        self.x, self.h = x, torch.tanh(x @ self.W)
        self.p = torch.softmax(self.h @ self.V, 1)
        return self.p

    def loss(self, y):
        self.y = y
        return -self.p[torch.arange(len(y)), y].log().mean()

    def backward(self):
        d = self.p.clone()
        d[torch.arange(len(self.y)), self.y] -= 1
        d = d / len(self.y)
        self.dV = self.h.t() @ d
        self.dW = self.x.t() @ ((d @ self.V.t()) * (1 - self.h**2))

class Relu:
    def __call__(self, inp):
        self.inp = inp
        self.out = inp.clamp_min(0.0)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0).float() * self.out.g
"""
ENGINE = """
import torch

class Var:
    def __init__(self, value, parents=()):
        self.value = torch.as_tensor(value, dtype=torch.float64)
        self.grad, self.parents, self._backward = torch.zeros_like(self.value), parents, lambda: None

    def __add__(self, other):
        out = Var(self.value + other.value, (self, other))
        def step():
            self.grad += unbroadcast(out.grad, self.value)
            other.grad += unbroadcast(out.grad, other.value)
        out._backward = step
        return out

    def sigmoid(self):
        s = torch.sigmoid(self.value)
        out = Var(s, (self,))
        def step():
            self.grad += s * (1 - s) * out.grad
        out._backward = step
        return out

    def backward(self):
        self.grad = torch.ones_like(self.value)
        self._backward()

def unbroadcast(g, like):
    while g.dim() > like.dim():
        g = g.sum(0)
    for axis, size in enumerate(like.shape):
        if size == 1:
            g = g.sum(axis, keepdim=True)
    return g
"""
CLASSES: dict[str, tuple[str, str, str, str, str]] = {  # source, what is exchanged, of what, what is found
    "a layer": (LAYERS, "g.sum(0)", "g.mean(0)", "Linear", "bias-averaged"),
    "a network": (LAYERS, "1 - self.h**2", "self.h * (1 - self.h)", "Net", "wrong-variable"),
    "gradients on tensors": (LAYERS, "self.inp > 0", "self.inp < 0", "Relu", "relu-mask"),
    "an engine": (ENGINE, "s * (1 - s)", "self.value * (1 - self.value)", "Var.sigmoid", "wrong-variable"),
    "broadcast": (ENGINE, "        if size == 1:", "        if size < 1:", "Var.__add__", "batch-not-summed"),
}


@pytest.mark.parametrize("name", one_in(3, CLASSES))
def test_classes_of_tensors(name: str, tmp_path: Path) -> None:
    source, right, wrong, of, expected = CLASSES[name]
    assert right in source
    for text, found in ((source, ""), (source.replace(right, wrong), expected)):
        (one,) = [one for one in written(module_of(text, tmp_path)) if one.name == of]
        assert {m.name for m in examine_one(one, None, of, of).mistakes} == ({found} if found else set())


OVERLAP = """
import torch


class Dice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, target):
        ctx.save_for_backward(input, target)
        return 2 * (input * target).sum() / (input.sum() + target.sum() + 10)

    @staticmethod
    def backward(ctx, grad_output):
        input, target = ctx.saved_tensors
        grad_input = grad_target = None
        if ctx.needs_input_grad[0]:
            total = input.sum() + target.sum() + 10
            grad_input = 2 * grad_output * (target * total - (input * target).sum()) / total**2
        if ctx.needs_input_grad[1]:
            grad_target = None
        return grad_input, grad_target
"""


def test_a_variable_that_is_only_ever_none_is_none(tmp_path: Path) -> None:
    assert all(examined(tmp_path, OVERLAP))
    forgotten = OVERLAP.replace("target", "weight")
    assert [m.name for found in examined(tmp_path, forgotten) for m in found.mistakes] == ["missing-gradient"]


QUANTISER = """
import torch


class Quantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x, scale)
        return torch.clamp(torch.round(x / scale), -7, 7) * scale

    @staticmethod
    def backward(ctx, g):
        x, scale = ctx.saved_tensors
        return g * ((x / scale).abs() <= 7), None
"""


def test_the_scale_of_a_quantiser_needs_no_gradient(tmp_path: Path) -> None:
    assert not [m for found in examined(tmp_path, QUANTISER) for m in found.mistakes]
    smooth = QUANTISER.replace("torch.round(x / scale)", "torch.tanh(x / scale)")
    assert "missing-gradient" in [m.name for found in examined(tmp_path, smooth) for m in found.mistakes]
