"""Losses that are known by name: right in every convention, and wrong where none of them agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

HEAD = """
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

"""
DICE = """
class DiceLoss(nn.Module):
    def forward(self, inputs, targets, smooth=1):
        p, t = torch.sigmoid(inputs).view(-1), targets.view(-1)
        return 1 - (2.0 * (p * t).sum() + smooth) / (p.sum() + t.sum() + smooth)
"""
TVERSKY = """
class FocalTverskyLoss(nn.Module):
    def forward(self, inputs, targets, smooth=1, alpha=0.7, beta=0.3, gamma=0.75):
        p, t = torch.sigmoid(inputs).view(-1), targets.view(-1)
        tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
        return (1 - (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)) ** gamma
"""
FOCAL = """
class FocalLoss(nn.Module):
    def __init__(self, gamma=0, alpha=0.25):
        super().__init__()
        self.gamma, self.alpha = gamma, alpha

    def forward(self, logits, target):
        ce = F.cross_entropy(logits, target, reduction="none")
        return (self.alpha * (1 - torch.exp(-ce)) ** self.gamma * ce).mean()
"""
NT_XENT = """
def nt_xent(z1, z2, tau=0.5):
    z = F.normalize(torch.cat([z1, z2]))
    s = torch.exp(z @ z.T / tau)
    pairs = (z * z.roll(len(z1), 0)).sum(1) / tau
    return (torch.log(s.sum(1) - s.diag()) - pairs).mean()
"""
TRIPLET = """
class TripletLoss(nn.Module):
    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def forward(self, anchor, positive, negative):
        near, far = (anchor - positive).pow(2).sum(1), (anchor - negative).pow(2).sum(1)
        return F.relu(near - far + self.margin).mean()
"""
CONTRASTIVE = """
class ContrastiveLoss(nn.Module):
    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, label):
        d = (a - b).norm(dim=1)
        return (label * d**2 + (1 - label) * F.relu(self.margin - d) ** 2).mean() / 2
"""
ARC = """
class ArcMarginProduct(nn.Module):
    def __init__(self, in_features, out_features, s=30.0, m=0.50):
        super().__init__()
        self.s, self.m = s, m
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, input, label):
        cos = F.linear(F.normalize(input), F.normalize(self.weight))
        sin = torch.sqrt(1 - cos**2)
        phi = cos * math.cos(self.m) - sin * math.sin(self.m)
        phi = torch.where(cos > math.cos(math.pi - self.m), phi, cos - math.sin(self.m) * self.m)
        at = F.one_hot(label, cos.size(1))
        return self.s * (at * phi + (1 - at) * cos)
"""
SMOOTHED = """
class LabelSmoothing(nn.Module):
    def __init__(self, smoothing=0.0, ignore_index=-100):
        super().__init__()
        self.smoothing, self.ignore_index = smoothing, ignore_index

    def forward(self, x, target):
        logs = F.log_softmax(x, dim=-1)
        keep = target != self.ignore_index
        right = -logs.gather(1, target.clamp(min=0)[:, None])[:, 0][keep]
        everywhere = -logs.mean(dim=-1)[keep]
        return ((1 - self.smoothing) * right.sum() + self.smoothing * everywhere.sum()) / keep.sum()
"""
VARIATIONAL = """
class VAELoss(nn.Module):
    def forward(self, recon_x, x, mu, logvar):
        bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
"""
# A right loss, and what is exchanged in it to make it wrong
LOSSES = {
    "dice without its two": (DICE, "2.0 * (p * t)", "(p * t)"),
    "dice that grows": (DICE, "return 1 - ", "return "),
    "an error for its opposite": (TVERSKY, "(p * (1 - t))", "((1 - p) * (1 - t))"),
    "what is easy weighs most": (FOCAL, "(1 - torch.exp(-ce)) **", "torch.exp(-ce) **"),
    "one weight for all": (FOCAL, ', reduction="none"', ""),
    "itself among the others": (NT_XENT, "s.sum(1) - s.diag()", "s.sum(1)"),
    "times the temperature": (NT_XENT, "/ tau", "* tau"),
    "near for far": (TRIPLET, "near - far +", "far - near +"),
    "no hinge": (TRIPLET, "F.relu(", "("),
    "no square": (CONTRASTIVE, "- d) ** 2", "- d)"),
    "the other angle": (ARC, ") - sin *", ") + sin *"),
    "a sum over the classes": (SMOOTHED, "-logs.mean(", "-logs.sum("),
    "padding that counts": (SMOOTHED, "(dim=-1)[keep]", "(dim=-1)"),
    "the other sign": (VARIATIONAL, "bce - 0.5", "bce + 0.5"),
    "a square too many": (VARIATIONAL, "logvar.exp())", "logvar.exp().pow(2))"),
}


@pytest.mark.parametrize("name", one_in(6, LOSSES))
def test_losses(name: str, tmp_path: Path) -> None:
    source, right, wrong = LOSSES[name]
    assert right in source
    assert all(examined(tmp_path, HEAD + source))
    found = [m.name for d in examined(tmp_path, HEAD + source.replace(right, wrong)) for m in d.mistakes]
    assert found == ["forward-wrong"]


def test_what_depends_on_its_inputs_is_no_mistake(tmp_path: Path) -> None:
    source = HEAD + NT_XENT.replace("F.normalize(torch.cat([z1, z2]))", "torch.cat([z1, z2])")
    assert not [m for d in examined(tmp_path, source) for m in d.mistakes]  # they may have length one


REVERSAL = """
import torch

class ReverseLayer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return g.neg() * ctx.alpha, None
"""


def test_a_reversal_turns_the_gradient_round(tmp_path: Path) -> None:
    def names(source: str) -> set[str]:
        return {m.name for d in examined(tmp_path, source) for m in d.mistakes}

    assert all(examined(tmp_path, REVERSAL))
    assert names(REVERSAL.replace("g.neg()", "g")) == {"sign-flipped"}
    assert names(REVERSAL.replace("g.neg() * ctx.alpha", "g.neg()")) == {"scale-forgotten"}
    assert not names(REVERSAL.replace("ReverseLayer", "Pass").replace("g.neg()", "g"))
    used = """
class Domain(torch.nn.Module):
    def forward(self, x):
        return torch.tanh(ReverseLayer.apply(x, 0.5))
"""
    assert not names(REVERSAL + used)  # whose gradient is no derivative of its forward either


PADDED = """
import torch

class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, labels, padding_idx=0):
        logp = logits.log_softmax(-1)
        ctx.save_for_backward(logp, labels)
        ctx.padding_idx = padding_idx
        return (-logp.gather(1, labels[:, None])[:, 0]).masked_fill(labels == padding_idx, 0)

    @staticmethod
    def backward(ctx, g):
        logp, labels = ctx.saved_tensors
        g = g.masked_fill(labels == ctx.padding_idx, 0)
        q = torch.zeros_like(logp).scatter_(1, labels[:, None], 1.0)
        return (logp.exp() - q) * g[:, None], None, None


class MulConstant(torch.autograd.Function):
    @staticmethod
    def forward(tensor, constant):
        return tensor * constant

    @staticmethod
    def setup_context(ctx, inputs, output):
        tensor, ctx.constant = inputs

    @staticmethod
    def backward(ctx, g):
        return g * ctx.constant, None
"""


def test_padding_and_constants_are_options(tmp_path: Path) -> None:
    assert all(examined(tmp_path, PADDED))
    wrong = PADDED.replace("        g = g.masked_fill(labels == ctx.padding_idx, 0)\n", "")
    wrong = wrong.replace("g * ctx.constant", "-g * ctx.constant")
    assert [bool(d.mistakes) for d in examined(tmp_path, wrong)] == [True, True]
