"""Straight-through gradients: each convention is right, and what is wrong in all of them is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.isolation.worker import examine_one
from tests.doctor.test_numpy_functions import module_of
from tests.sampling import in_full

LSQ = """
import torch
import torch.nn as nn


class LSQ(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weight, alpha, g, Qn, Qp):
        ctx.save_for_backward(weight, alpha)
        ctx.other = g, Qn, Qp
        w_q = torch.clamp(torch.round(weight / alpha), Qn, Qp)
        return w_q * alpha

    @staticmethod
    def backward(ctx, grad_weight):
        weight, alpha = ctx.saved_tensors
        g, Qn, Qp = ctx.other
        q_w = weight / alpha
        smaller = (q_w < Qn).float()
        bigger = (q_w > Qp).float()
        between = 1.0 - smaller - bigger
        grad_alpha = smaller * Qn + bigger * Qp + between * torch.round(q_w) - between * q_w
        grad_alpha = (grad_alpha * grad_weight * g).sum().unsqueeze(dim=0)
        grad_weight = between * grad_weight
        return grad_weight, grad_alpha, None, None, None
"""

PACT = '''
import torch
import torch.nn as nn


class PACTFunction(torch.autograd.Function):
    """PACT: y = round(clamp(x, 0, alpha) * s) / s with s = (2^k - 1) / alpha"""

    @staticmethod
    def forward(ctx, x, alpha, k):
        ctx.save_for_backward(x, alpha)
        y = torch.clamp(x, min=0, max=alpha.item())
        scale = (2 ** k - 1) / alpha
        y_q = torch.round(y * scale) / scale
        return y_q

    @staticmethod
    def backward(ctx, dLdy_q):
        x, alpha = ctx.saved_tensors
        lower_bound = x < 0
        upper_bound = x > alpha
        x_range = ~(lower_bound | upper_bound)
        grad_alpha = torch.sum(dLdy_q * torch.ge(x, alpha).float()).view(-1)
        return dLdy_q * x_range.float(), grad_alpha, None
'''

FAKEQUANT = """
import torch


class FakeQuantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero_point, quant_min, quant_max):
        q = torch.round(x / scale + zero_point)
        mask = (q >= quant_min) & (q <= quant_max)
        ctx.save_for_backward(mask)
        q = torch.clamp(q, quant_min, quant_max)
        return (q - zero_point) * scale

    @staticmethod
    def backward(ctx, grad_output):
        mask, = ctx.saved_tensors
        return grad_output * mask, None, None, None, None
"""

XNOR_SCALE = """
import torch
import torch.nn as nn
import torch.nn.functional as F


class XnorWeight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weight):
        n = weight[0].nelement()
        alpha = weight.abs().sum(1, keepdim=True) / n
        ctx.save_for_backward(weight, alpha)
        return alpha * weight.sign()

    @staticmethod
    def backward(ctx, grad_output):
        weight, alpha = ctx.saved_tensors
        n = weight[0].nelement()
        m = grad_output * alpha * (weight.abs() <= 1).to(weight.dtype)
        m_add = (grad_output * weight.sign()).sum(1, keepdim=True) / n * weight.sign()
        return m + m_add
"""

VQ_STE = """
import torch
from torch.autograd import Function


class VectorQuantizationStraightThrough(Function):
    @staticmethod
    def forward(ctx, inputs, codebook):
        with torch.no_grad():
            distances = torch.cdist(inputs, codebook)
            indices = distances.argmin(1)
        ctx.save_for_backward(indices, codebook)
        ctx.mark_non_differentiable(indices)
        return codebook.index_select(0, indices), indices

    @staticmethod
    def backward(ctx, grad_output, grad_indices):
        grad_inputs, grad_codebook = None, None
        if ctx.needs_input_grad[0]:
            grad_inputs = grad_output.clone()
        if ctx.needs_input_grad[1]:
            indices, codebook = ctx.saved_tensors
            grad_codebook = torch.zeros_like(codebook)
            grad_codebook.index_add_(0, indices, grad_output)
        return grad_inputs, grad_codebook
"""

CASES = [  # the Function, what is written otherwise, and what is found
    ("LSQ", LSQ, "", "", ""),
    (
        "LSQ",
        LSQ,
        "between * torch.round(q_w) - between * q_w",
        "between * torch.round(q_w)",
        "path-forgotten",
    ),
    (
        "LSQ",
        LSQ,
        "(grad_alpha * grad_weight",
        "(-grad_alpha * grad_weight",
        "sign-flipped",
    ),
    ("LSQ", LSQ, "grad_weight = between * grad_weight", "grad_weight = grad_weight", "relu-mask"),
    ("PACTFunction", PACT, "", "", ""),
    ("PACTFunction", PACT, "dLdy_q * x_range.float()", "dLdy_q", "relu-mask"),
    ("FakeQuantize", FAKEQUANT, "", "", ""),
    ("FakeQuantize", FAKEQUANT, "return grad_output * mask", "return -grad_output * mask", "sign-flipped"),
    ("XnorWeight", XNOR_SCALE, "", "", ""),
    ("XnorWeight", XNOR_SCALE, "return m + m_add", "return m", "path-forgotten"),
    ("VectorQuantizationStraightThrough", VQ_STE, "", "", ""),
    (
        "VectorQuantizationStraightThrough",
        VQ_STE,
        "grad_codebook.index_add_(0, indices, grad_output)",
        "grad_codebook[indices] = grad_output",
        "not-accumulated",
    ),
]


@pytest.mark.parametrize(
    ("name", "source", "old", "new", "expected"),
    [in_full(case) if case[0] == "LSQ" else case for case in CASES],
)
def test_stand_ins(name: str, source: str, old: str, new: str, expected: str, tmp_path: Path) -> None:
    module = module_of(source.replace(old, new, 1), tmp_path)
    found = examine_one(getattr(module, name), None, name, name)
    assert found.reason is None, found.reason
    assert {mistake.name for mistake in found.mistakes} == ({expected} if expected else set())
