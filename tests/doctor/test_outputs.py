"""Functions of several outputs: a gradient that lacks what comes through one of them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from charmlp.doctor import examine


class Split(torch.autograd.Function):
    """The direction of each row, and its length; `uses` says whose upstream gradients backward uses."""

    uses = (True, True)

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        length = x.norm(dim=1, keepdim=True)
        ctx.save_for_backward(x / length, length)
        return x / length, length

    @staticmethod
    def backward(ctx: Any, g: Tensor, of_length: Tensor) -> Any:
        y, length = ctx.saved_tensors
        first = (g - y * (g * y).sum(1, keepdim=True)) / length
        return Split.uses[0] * first + Split.uses[1] * of_length * y


@pytest.mark.parametrize("uses", [(True, True), (True, False), (False, True)])
def test_a_forgotten_output_is_named(uses: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Split, "uses", uses)
    mistakes = examine(Split).mistakes
    assert [(one.name, one.variant) for one in mistakes] == (
        [] if all(uses) else [("path-forgotten", "output")]
    )
    assert all(one.values["number"] == str(uses.index(False) + 1) for one in mistakes)
