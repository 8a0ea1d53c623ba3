"""The center loss: centres that move by their own rule are right, and the rest of it is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.isolation.worker import examine_one
from tests.doctor.test_numpy_functions import module_of

CENTRES = """
import torch

class CenterLossFunc(torch.autograd.Function):
    @staticmethod
    def forward(ctx, feature, label, centers, batch_size):
        ctx.save_for_backward(feature, label, centers, batch_size)
        return (feature - centers.index_select(0, label.long())).pow(2).sum() / 2.0 / batch_size

    @staticmethod
    def backward(ctx, grad_output):
        feature, label, centers, batch_size = ctx.saved_tensors
        diff = centers.index_select(0, label.long()) - feature
        counts = centers.new_ones(centers.size(0))
        counts = counts.scatter_add_(0, label.long(), centers.new_ones(label.size(0)))
        grad_centers = torch.zeros_like(centers)
        grad_centers.scatter_add_(0, label.unsqueeze(1).expand(feature.size()).long(), diff)
        grad_centers = grad_centers / counts.view(-1, 1)
        return -grad_output * diff / batch_size, None, grad_centers / batch_size, None
"""
CASES = [  # what is written otherwise, and what is found
    ("", "", ""),
    ("grad_output * diff / batch_size", "grad_output * diff", "missing-mean"),
    ("-grad_output", "grad_output", "sign-flipped"),
    ("grad_centers = grad_centers / counts.view(-1, 1)", "pass", "cotangent-ignored"),
    ("grad_centers / batch_size, None", "-grad_centers / batch_size, None", "cotangent-ignored"),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_center_loss(old: str, new: str, expected: str, tmp_path: Path) -> None:
    module = module_of(CENTRES.replace(old, new, 1), tmp_path)
    found = examine_one(module.CenterLossFunc, None, "", "CenterLossFunc")
    assert found.reason is None
    assert expected in {mistake.name for mistake in found.mistakes} if expected else not found.mistakes
    assert any(note.key == "centres" for note in found.notes) == (expected != "cotangent-ignored")
