"""Results keep their inputs' dtype; `torch.autocast` changes it as it does for torch's operations."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from charmlp import nn
from charmlp.nn import functional
from tests.nn.cases import ACTIVATIONS, TORCHS, WEIGHT, Case, draw, draw_labels, each_case
from tests.nn.twins import assert_same

SIXTEEN_BITS = [torch.float16, torch.bfloat16]


@each_case
@pytest.mark.parametrize("dtype", [torch.float32, *SIXTEEN_BITS], ids=str)
def test_results_and_gradients_keep_the_dtype(case: Case, dtype: torch.dtype) -> None:
    case = case.to(dtype)
    output = case.ours(*case.inputs)
    gradients = torch.autograd.grad(output.sum(), case.inputs)
    assert {tensor.dtype for tensor in (output, *gradients)} == {dtype}


CALLS: list[tuple[str, tuple[Tensor, ...], dict[str, Any]]] = [
    ("linear", (draw(5, 3), draw(4, 3), draw(4)), {}),
    ("linear", (draw(5, 3), draw(4, 3)), {}),
    *((kind, (draw(5, 3),), {}) for kind in ACTIVATIONS),
    ("cross_entropy", (draw(7, 5), draw_labels(7)), {}),
    ("cross_entropy", (draw(7, 5), draw_labels(7)), {"weight": WEIGHT.float()}),
    ("cross_entropy", (draw(7, 5), draw(7, 5).softmax(1)), {}),
    ("mse_loss", (draw(7, 5), draw(7, 5)), {}),
]


@pytest.mark.parametrize(("kind", "inputs", "options"), CALLS)
@pytest.mark.parametrize("lower", SIXTEEN_BITS, ids=str)
@pytest.mark.parametrize("given", ["lower", "float32", "float64"])
def test_autocast(kind: str, inputs: Any, options: Any, lower: torch.dtype, given: str) -> None:
    """Inputs as a layer before them leaves them (lower), as data comes, and float64, which stays."""
    dtype = lower if given == "lower" else getattr(torch, given)
    options = {k: v.double() for k, v in options.items()} if given == "float64" else options

    def run(operation: Any) -> list[Tensor]:
        xs = [x.detach().to(dtype if x.is_floating_point() else x.dtype) for x in inputs]
        leaves = [x.requires_grad_() for x in xs if x.is_floating_point()]
        with torch.autocast("cpu", dtype=lower):
            output = operation(*xs, **options)
        return [output.detach(), *torch.autograd.grad(output.sum(), leaves)]

    ours, torchs = run(getattr(functional, kind)), run(TORCHS[kind])
    tolerance = 1e-7 if given == "float64" else 3e-2
    assert_same(ours, torchs, rtol=tolerance, atol=tolerance)


def test_autocast_of_a_network_trains_float32_weights() -> None:
    model, loss = nn.MLP(3, 5, 4), nn.CrossEntropyLoss()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(draw(7, 3).detach().float())
        value = loss(logits, draw_labels(7))
    value.backward()
    assert (logits.dtype, value.dtype) == (torch.bfloat16, torch.float32)
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in model.parameters())


def test_autocast_off_changes_nothing() -> None:
    x, weight = draw(5, 3), draw(4, 3)
    with torch.autocast("cpu", enabled=False):
        assert functional.linear(x.float(), weight.float()).dtype == torch.float32


def test_devices_without_autocast() -> None:
    """The meta device, where shapes are computed and nothing else, knows no autocast."""
    logits = nn.MLP(3, 5, 4).to("meta")(torch.empty(7, 3, device="meta"))
    assert logits.shape == (7, 5) and logits.device.type == "meta"
