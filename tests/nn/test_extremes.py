"""Numbers of any size: logits that overflow exp, masked classes (-inf), nan, and losses of 16 bits."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from charmlp.nn import functional
from tests.nn.cases import ACTIVATIONS, TORCHS, WEIGHT, draw, draw_labels
from tests.nn.twins import Operation, assert_same, twin, values_and_gradients

INF = math.inf


def naive_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Negative control: the textbook's formula as it stands, which overflows."""
    q = logits.exp() / logits.exp().sum(-1, keepdim=True)
    return -q.gather(-1, target.unsqueeze(-1)).log().mean()


def with_gradient(operation: Operation, x: Tensor, *others: Tensor) -> tuple[Tensor, Tensor]:
    x = x.detach().clone().requires_grad_()
    value = operation(x, *others)
    return value.detach(), torch.autograd.grad(value.sum(), x)[0]


LOGITS = [[1e4, -1e4, 0], [1e30, 1e30, -1e30], [-1e5, -1e5, -1e5], [3e38, 0, 0], [-800, 800, -1000]]


@pytest.mark.parametrize("row", LOGITS, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("label", range(3))
def test_any_finite_logits(row: list[float], dtype: torch.dtype, label: int) -> None:
    logits, target = torch.tensor([row], dtype=dtype), torch.tensor([label])
    value, gradient = with_gradient(functional.cross_entropy, logits, target)
    assert_same(value, F.cross_entropy(logits, target))
    assert_same(gradient, logits.softmax(-1) - F.one_hot(target, 3))
    assert value.isfinite() and gradient.isfinite().all()


def test_the_naive_formula_fails_there() -> None:
    value, gradient = with_gradient(naive_cross_entropy, torch.tensor([LOGITS[0]]), torch.tensor([1]))
    assert not value.isfinite() and not gradient.isfinite().all()


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_a_masked_class_is_as_if_it_were_not_there(smoothing: float) -> None:
    """Logit -inf and target 0: the value and both derivatives are those of the other classes alone."""
    logits, labels = draw(7, 5).detach(), draw_labels(7, n_classes=4)
    masked = torch.cat([logits[:, :4], torch.full((7, 1), -INF, dtype=logits.dtype)], 1)
    target = (1 - smoothing) * F.one_hot(labels, 4) + smoothing / 4
    wider = F.pad(target, (0, 1))

    def hessian(target: Tensor, logits: Tensor) -> Tensor:
        def gradient(z: Tensor) -> Tensor:
            return torch.func.grad(lambda z: functional.cross_entropy(z, target))(z)

        return torch.func.jacrev(gradient)(logits)

    assert_same(
        with_gradient(functional.cross_entropy, masked[:, :4], target)[0],
        with_gradient(functional.cross_entropy, masked, wider)[0],
    )
    gradient = with_gradient(functional.cross_entropy, masked, wider)[1]
    assert_same(gradient[:, :4], with_gradient(functional.cross_entropy, logits[:, :4], target)[1])
    assert torch.equal(gradient[:, 4], torch.zeros(7, dtype=gradient.dtype))
    second = hessian(wider, masked)
    assert_same(second[:, :4, :, :4], hessian(target, logits[:, :4]))
    assert not second[:, 4].any() and not second[..., 4].any()


def test_a_masked_class_of_weight_0_takes_no_part_in_the_smoothing() -> None:
    logits, weight = torch.tensor([[-INF, 1.0, 2.0]]), torch.tensor([0.0, 1.0, 1.0])
    loss = functional.cross_entropy(logits, torch.tensor([1]), weight, label_smoothing=0.3)
    log_q = logits[0, 1:].log_softmax(0)
    assert_same(loss, -(0.8 * log_q[0] + 0.1 * log_q[1]))


def test_a_masked_class_by_labels() -> None:
    masked = torch.tensor([[-INF, 1.0, 2.0], [0.0, -INF, -INF]])
    for options in ({}, {"weight": torch.tensor([1.0, 2.0, 0.5])}, {"reduction": "none"}):
        for labels in (torch.tensor([1, 0]), torch.tensor([0, 0])):  # the second asks for what is masked: inf
            arguments = ((masked.clone().requires_grad_(), labels), options)
            ours, torchs = (
                values_and_gradients(f, twin(arguments)) for f in (functional.cross_entropy, F.cross_entropy)
            )
            assert_same(ours, torchs)
    assert functional.cross_entropy(masked, torch.tensor([0, 0])) == INF


def test_an_ignored_row_may_hold_anything() -> None:
    logits = torch.tensor([[math.nan, INF, -INF], [0.0, 1.0, 2.0]])
    value, gradient = with_gradient(functional.cross_entropy, logits, torch.tensor([-100, 2]))
    assert_same(value, functional.cross_entropy(logits[1:], torch.tensor([2])))
    assert torch.equal(gradient[0], torch.zeros(3)) and gradient[1].isfinite().all()


def test_nan_is_not_hidden() -> None:
    for kind in ACTIVATIONS:
        assert getattr(functional, kind)(torch.tensor(math.nan)).isnan()
    assert functional.cross_entropy(torch.tensor([[math.nan, 0.0]]), torch.tensor([1])).isnan()
    assert functional.mse_loss(torch.tensor([math.nan]), torch.tensor([0.0])).isnan()


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activations_of_any_number(kind: str) -> None:
    """As torch's where that is finite (its GELU is not at 3e38), and finite wherever the number is.

    What is computed at ±∞ and nan, and with an infinite upstream gradient: test_table.py.
    """
    x = torch.tensor([0.0, -0.0, 1e-40, 50, -50, 1e4, -1e4, 3e38, -3e38, INF, -INF, math.nan])
    ours, torchs = (with_gradient(f, x) for f in (getattr(functional, kind), TORCHS[kind]))
    for mine, theirs in zip(ours, torchs, strict=True):
        assert_same(mine[theirs.isfinite()], theirs[theirs.isfinite()])
        assert mine[x.isfinite()].isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_losses_of_16_bits_sum_more_than_those_hold(dtype: torch.dtype) -> None:
    """100,000 rows: their number alone is more than float16 holds."""
    n, exact = 100_000, {"rtol": torch.finfo(dtype).eps, "atol": 1e-7}
    labels = torch.zeros(n, dtype=torch.int64)
    value, gradient = with_gradient(functional.cross_entropy, torch.zeros(n, 3, dtype=dtype), labels)
    assert_same(value, torch.tensor(math.log(3), dtype=dtype), **exact)
    assert_same(gradient[0], torch.tensor([-2 / 3, 1 / 3, 1 / 3]).div(n).to(dtype), **exact)
    threes = torch.full((n,), 3.0, dtype=dtype)
    value, gradient = with_gradient(functional.mse_loss, threes, torch.zeros(n, dtype=dtype))
    assert_same(value, torch.tensor(9.0, dtype=dtype), **exact)
    assert_same(gradient[0], torch.tensor(6 / n, dtype=dtype), **exact)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_losses_of_16_bits_are_those_of_32_rounded_once(dtype: torch.dtype) -> None:
    logits, labels, weight = draw(7, 5).detach().to(dtype), draw_labels(7), WEIGHT.to(dtype)
    value, gradient = with_gradient(functional.cross_entropy, logits, labels, weight)
    wide = with_gradient(functional.cross_entropy, logits.float(), labels, weight.float())
    assert torch.equal(value, wide[0].to(dtype)) and torch.equal(gradient, wide[1].to(dtype))
