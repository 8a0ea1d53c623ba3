"""Torch code whose inputs, saved values and insides nothing names: right twins are never called mistaken."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from tests.doctor.test_survey import examined
from tests.sampling import one_in

FUNCTION = """
import torch


class Piece(torch.autograd.Function):
    @staticmethod
    def forward(ctx, {inputs}):
{forward}

    @staticmethod
    def backward(ctx, {upstream}):
{backward}
"""


def piece(inputs: str, forward: str, backward: str, upstream: str = "g") -> str:
    """A Function whose halves are given a line for each statement."""
    bodies = {"forward": forward, "backward": backward}
    lines = {
        name: "\n".join(f"        {line}" for line in body.strip().splitlines())
        for name, body in bodies.items()
    }
    return FUNCTION.format(inputs=inputs, upstream=upstream, **lines)


# Shapes that only forward knows: points, rows of two inputs, kernels; options between arrays
PLANE = piece(
    "point, width",
    "x, y = point\nctx.save_for_backward(point)\nreturn torch.stack([x * x, x * y])",
    "(point,) = ctx.saved_tensors\nx, y = point\n"
    "return torch.stack([2 * x * g[0] + y * g[1], x * g[1]]), None",
)
TWO_SCALES = piece(
    "x, z, scale",
    "n = len(x)\nctx.save_for_backward(x, z, scale)\nreturn x * scale[:n, None] + z * scale[n:, None]",
    "x, z, scale = ctx.saved_tensors\nn = len(x)\n"
    "of_scale = torch.cat([(g * x).sum(1), (g * z).sum(1)])\n"
    "return g * scale[:n, None], g * scale[n:, None], of_scale",
)
KERNEL = piece(
    "x, filter",
    "ctx.save_for_backward(x, filter)\nreturn torch.conv_transpose2d(x, filter)",
    "x, filter = ctx.saved_tensors\n"
    "of_filter = torch.nn.grad.conv2d_weight(g, filter.shape, x)\n"
    "of_x = torch.conv2d(g, filter)\nreturn of_x, of_filter",
)
SHIFTED = piece(
    "x, shape, weight, eps",
    "mean = x.mean(-1, keepdim=True)\nstd = (x.var(-1, unbiased=False, keepdim=True) + eps).sqrt()\n"
    "hat = (x - mean) / std\nctx.kept = hat, std, weight\nreturn hat * weight",
    "hat, std, weight = ctx.kept\nh = g * weight\n"
    "of_x = (h - h.mean(-1, keepdim=True) - hat * (h * hat).mean(-1, keepdim=True)) / std\n"
    "return of_x, None, (g * hat).sum(0), None",
)
BLOCKS = piece(
    "x",
    "ctx.save_for_backward(x)\nreturn (x - x.mean(1, keepdim=True)) ** 3",
    "(x,) = ctx.saved_tensors\nh = 3 * g * (x - x.mean(1, keepdim=True)) ** 2\n"
    "return h - h.mean(1, keepdim=True)",
)
SAVED = piece(
    "x, weight",
    "z = x @ weight + 0.3\nctx.save_for_backward(x, weight, z)\nreturn z * torch.sin(z)",
    "x, weight, z = ctx.saved_tensors\nh = g * (torch.sin(z) + z * torch.cos(z))\n"
    "return h @ weight.T, x.T @ h",
)
OUTPUTS = piece(
    "x, other",
    "s = x + other\nctx.save_for_backward(s)\nreturn torch.sin(s), s",
    "(s,) = ctx.saved_tensors\nh = g * torch.cos(s) + k\nreturn h, h",
    "g, k",
)
SIGNS = piece(
    "a, b, y",
    "cos = torch.cosine_similarity(a, b, dim=1)\nctx.save_for_backward(a, b, y)\n"
    "return torch.where(y == 1, 1 - cos, cos + 1).mean()",
    "a, b, y = ctx.saved_tensors\nn, m = a.norm(dim=1, keepdim=True), b.norm(dim=1, keepdim=True)\n"
    "cos = torch.cosine_similarity(a, b, dim=1)[:, None]\nh = -g * y[:, None] / len(a)\n"
    "return h * (b / (n * m) - cos * a / n**2), h * (a / (n * m) - cos * b / m**2), None",
)
CLIPPED = piece(
    "x, min, max",
    "ctx.save_for_backward(x)\nctx.bounds = min, max\nreturn x.clamp(min, max)",
    "(x,) = ctx.saved_tensors\nlow, high = ctx.bounds\nreturn g * ((x > low) & (x < high)), None, None",
)
LOOP = """
import torch

X = torch.randn(12, 3)
t = X @ torch.tensor([1.0, -2.0, 0.5]) + 0.3
w, b = torch.zeros(3), torch.zeros(1)
for epoch in range(5):
    y_pred = X @ w + b
    loss = ((y_pred - t) ** 2).mean()
    dy = 2 * (y_pred - t) / len(t)
    dw = X.t() @ dy
    db = dy.sum()
    w.data -= 0.1 * dw
    b -= 0.1 * db
"""
ATTENTION = """
import torch
from torch import einsum, nn


class Attention(nn.Module):
    def __init__(self, dim, heads=2, dim_head=3):
        super().__init__()
        self.heads, self.scale = heads, dim_head**-0.5
        self.to_qkv = nn.Linear(dim, 3 * heads * dim_head)
        self.to_out = nn.Linear(heads * dim_head, dim)

    def forward(self, x):
        b, n, _ = x.shape
        parts = self.to_qkv(x).chunk(3, dim=-1)
        q, k, v = (part.reshape(b, n, self.heads, -1).transpose(1, 2) for part in parts)
        p = (q @ k.transpose(-1, -2) * self.scale).softmax(dim=-1)
        return self.to_out(einsum("bhij,bhjd->bhid", p, v).transpose(1, 2).reshape(b, n, -1))
"""
SMOOTH = """
import torch
from torch import nn


class SmoothedLoss(nn.Module):
    def forward(self, x, target):
        logs = torch.log_softmax(x, dim=1)
        return -0.9 * logs.gather(1, target[:, None]).mean() - 0.1 * logs.mean()
"""
# The right program, what is changed in it, by what, and the mistake that it then has
PROGRAMS = {
    "points": (PLANE, "y * g[1], x * g[1]", "x * g[1], y * g[1]", {"wrong-variable", "unrecognised"}),
    "two scales": (TWO_SCALES, "g * scale[n:, None], of", "g, of", {"scale-forgotten"}),
    "kernels": (KERNEL, "of_x, of_filter\n", "of_filter, of_x\n", {"wrong-order"}),
    "options between": (SHIFTED, "h - h.mean(-1, keepdim=True) - ", "h - ", {"path-forgotten"}),
    "mixed rows": (BLOCKS, "h - h.mean(1, keepdim=True)", "h - h.mean() / 2", {"path-forgotten"}),
    "saved": (SAVED, "backward(x, weight, z)", "backward(x, weight, z * torch.sin(z))", {"wrong-variable"}),
    "outputs": (OUTPUTS, "g * torch.cos(s) + k", "(g + k) * torch.cos(s)", {"path-forgotten"}),
    "signs": (SIGNS, "h = -g * y", "h = g * y", {"sign-flipped"}),
    "bounds": (CLIPPED, "g * ((x", "g * g * ((x", {"cotangent-twice"}),
    "loop": (LOOP, "db = dy.sum()", "db = dy.mean()", {"bias-averaged", "extra-mean"}),
    "width": (ATTENTION, "dim_head**-0.5", "(heads * dim_head) ** -0.5", {"forward-wrong"}),
    "dimension": (ATTENTION, "softmax(dim=-1)", "softmax(dim=-2)", {"forward-wrong"}),
    "classes": (SMOOTH, "dim=1)\n", "dim=0)\n", {"forward-wrong"}),
}  # fmt: skip


@pytest.mark.parametrize("name", one_in(6, PROGRAMS))
def test_what_is_wrong_is_named_and_its_right_twin_is_not_mistaken(tmp_path: Path, name: str) -> None:
    source, right, wrong, names = PROGRAMS[name]
    assert source.count(right) == 1
    found = [m.name for d in examined(tmp_path, source, "right") for m in d.mistakes]
    assert not found
    found = [m.name for d in examined(tmp_path, source.replace(right, wrong), "wrong") for m in d.mistakes]
    assert found and set(found) <= names


def test_losses_of_pairs_take_softmaxes_both_ways(tmp_path: Path) -> None:
    source = SMOOTH.replace("forward(self, x, target):", "forward(self, a, target):\n        x = a @ a.T")
    both = source.replace("dim=1)\n", "dim=1) + torch.log_softmax(x, dim=0)\n")
    assert not [m for d in examined(tmp_path, both) for m in d.mistakes]


def test_gradients_that_are_all_zero_were_not_seen(tmp_path: Path) -> None:
    never = CLIPPED.replace("x.clamp(min, max)", "0 * x.clamp(min, max)")
    nothing = never.replace("return g * (", "return 0 * g * (")
    assert all(d.reason is not None for d in examined(tmp_path, nothing))
