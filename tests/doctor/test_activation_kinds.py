"""LeakyReLU, GELU and SiLU: right ones are healthy, and the mistakes that people make in them are named."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn, where

from charmlp.doctor import examine
from tests.doctor.making import make
from tests.doctor.wrong_ones import Wrong

Slope = Callable[..., Any]
ROOT = math.sqrt(2 / math.pi)


def leaky(backward: Slope, slope: float = 0.01, name: str = "Subject") -> Any:
    return make(lambda x: where(x > 0, x, slope * x), backward, name)


def gelu(backward: Slope) -> Any:
    return make(lambda x: F.gelu(x), backward)


def gelu_tanh(backward: Slope) -> Any:
    return make(lambda x: F.gelu(x, approximate="tanh"), backward)


def silu(backward: Slope) -> Any:
    return make(lambda x: F.silu(x), backward)


def s(x: Tensor) -> Tensor:
    return torch.sigmoid(x)


def cdf(x: Tensor) -> Tensor:
    return torch.distributions.Normal(0.0, 1.0).cdf(x)


def density(x: Tensor) -> Tensor:
    return torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def tanh_part(x: Tensor) -> Tensor:
    return torch.tanh(ROOT * (x + 0.044715 * x**3))


def tanh_slope(x: Tensor) -> Tensor:
    t = tanh_part(x)
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * ROOT * (1 + 3 * 0.044715 * x * x)


class SlopeGiven(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, negative_slope):  # type: ignore[no-untyped-def]
        ctx.save_for_backward(x)
        ctx.slope = negative_slope
        return where(x > 0, x, negative_slope * x)

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        (x,) = ctx.saved_tensors
        return where(x > 0, g, ctx.slope * g), None


RIGHT: dict[str, tuple[str, Any]] = {
    "F.leaky_relu": ("leaky_relu", F.leaky_relu),
    "nn.LeakyReLU(0.3)": ("leaky_relu", nn.LeakyReLU(0.3)),
    "a slope of 1.5": ("leaky_relu", nn.LeakyReLU(1.5)),
    "leaky by where": ("leaky_relu", leaky(lambda g, y, x: where(x > 0, g, 0.2 * g), 0.2)),
    "leaky by the output": ("leaky_relu", leaky(lambda g, y, x: where(y > 0, g, 0.2 * g), 0.2)),
    "an argument for the slope": (
        "leaky_relu",
        SlopeGiven,
    ),
    "F.gelu": ("gelu", F.gelu),
    "nn.GELU": ("gelu", nn.GELU),
    "nn.GELU, tanh": ("gelu", nn.GELU("tanh")),
    "gelu": ("gelu", gelu(lambda g, y, x: g * (cdf(x) + x * density(x)))),
    "gelu by tanh": ("gelu", gelu_tanh(lambda g, y, x: g * tanh_slope(x))),
    "F.silu": ("silu", F.silu),
    "nn.SiLU, in place": ("silu", nn.SiLU(inplace=True)),
    "silu": ("silu", silu(lambda g, y, x: g * s(x) * (1 + x * (1 - s(x))))),
    "silu by the output": ("silu", silu(lambda g, y, x: g * (y + s(x) * (1 - y)))),
}

MASK, FORMULA, VARIABLE, PATH = {"relu-mask"}, {"wrong-formula"}, {"wrong-variable"}, {"path-forgotten"}
WRONG = [
    Wrong("leaky: the slope is forgotten", leaky(lambda g, y, x: g * (x > 0)), MASK),
    Wrong("leaky: the slope on both sides", leaky(lambda g, y, x: 0.01 * g), MASK),
    Wrong("leaky: no mask", leaky(lambda g, y, x: g), MASK),
    Wrong("leaky: sides exchanged", leaky(lambda g, y, x: where(x > 0, 0.01 * g, g)), MASK),
    Wrong("leaky: another slope", leaky(lambda g, y, x: where(x > 0, g, 0.1 * g), 0.3), MASK),
    Wrong("leaky: minus the slope", leaky(lambda g, y, x: where(x > 0, g, -0.01 * g)), MASK),
    Wrong("leaky: mask of g", leaky(lambda g, y, x: where(g > 0, g, 0.01 * g)), {"wrong-mask"}),
    Wrong("leaky: sign", leaky(lambda g, y, x: -where(x > 0, g, 0.01 * g)), {"sign-flipped"}),
    Wrong("leaky: ignores g", leaky(lambda g, y, x: where(x > 0, 1.0, 0.01).to(g)), {"cotangent-ignored"}),
    Wrong("leaky: forward is relu", nn.LeakyReLU(0.0), {"forward-wrong"}),
    Wrong("gelu: second term", gelu(lambda g, y, x: g * cdf(x)), PATH),
    Wrong("gelu: first term", gelu(lambda g, y, x: g * x * density(x)), PATH),
    Wrong("gelu: φ is forgotten", gelu(lambda g, y, x: g * (cdf(x) + x)), PATH),
    Wrong("gelu: x is forgotten", gelu(lambda g, y, x: g * (cdf(x) + density(x))), PATH),
    Wrong("gelu: 1/√(2π)", gelu(lambda g, y, x: g * (cdf(x) + x * torch.exp(-x * x / 2))), FORMULA),
    Wrong("gelu: derivative of tanh's", gelu(lambda g, y, x: g * tanh_slope(x)), FORMULA),
    Wrong("gelu by tanh: exact", gelu_tanh(lambda g, y, x: g * (cdf(x) + x * density(x))), FORMULA),
    Wrong("gelu by tanh: one term", gelu_tanh(lambda g, y, x: g * 0.5 * (1 + tanh_part(x))), PATH),
    Wrong("gelu: of y", gelu(lambda g, y, x: g * (cdf(y) + y * density(y))), VARIABLE),
    Wrong("gelu: twice g", gelu(lambda g, y, x: g * g * (cdf(x) + x * density(x))), {"cotangent-twice"}),
    Wrong("silu: σ′ only", silu(lambda g, y, x: g * s(x) * (1 - s(x))), FORMULA),
    Wrong("silu: x σ′ only", silu(lambda g, y, x: g * x * s(x) * (1 - s(x))), PATH),
    Wrong("silu: σ only", silu(lambda g, y, x: g * s(x)), PATH),
    Wrong("silu: of y", silu(lambda g, y, x: g * s(y) * (1 + y * (1 - s(y)))), VARIABLE),
    Wrong("silu: y (1 − y)", silu(lambda g, y, x: g * y * (1 - y)), VARIABLE),
    Wrong("silu: half", silu(lambda g, y, x: g * s(x) * (1 + x * (1 - s(x))) / 2), {"factor-two"}),
    Wrong(
        "silu: overflow",
        make(lambda x: x * x.exp() / (1 + x.exp()), lambda g, y, x: g * s(x) * (1 + x * (1 - s(x)))),
        {"unstable"},
    ),
]  # fmt: skip


@pytest.mark.parametrize("title", RIGHT)
def test_right_ones_are_healthy_and_recognised(title: str) -> None:
    kind, function = RIGHT[title]
    diagnosis = examine(function)
    assert (diagnosis.verdict, diagnosis.kind) == ("healthy", kind), diagnosis


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_mistake_is_named(wrong: Wrong) -> None:
    diagnosis = examine(wrong.function)
    assert {mistake.name for mistake in diagnosis.mistakes} == wrong.names, diagnosis
    assert diagnosis.kind == {"lea": "leaky_relu", "gel": "gelu", "sil": "silu"}[wrong.title[:3]]
    for language in ("en", "zh"):
        words = "\n".join(diagnosis.lines(language, hint=5))
        assert "{" not in words and "max(0, x). " not in words, words


def test_the_slope_is_that_of_forward() -> None:
    (mistake,) = examine(leaky(lambda g, y, x: where(x > 0, g, 0.1 * g), 0.3)).mistakes
    assert "0.1 where x < 0" in mistake.text() and "1 and 0.3" in mistake.text()
    assert "0.3 [x ≤ 0]" in mistake.fix("zh") and "0.3" not in mistake.evidence_text()


def test_the_approximation_is_a_note() -> None:
    assert any("tanh u" in note.text() for note in examine(nn.GELU("tanh")).notes)
    assert not examine(nn.GELU()).notes


@pytest.mark.parametrize(
    "function",
    [nn.Hardswish(), nn.ReLU6(), nn.Softsign(), functools.partial(F.hardtanh, max_val=2.0)],
)
def test_their_neighbours_are_not_taken_for_them(function: Any) -> None:
    """The negative control: others of nearly the same shape are no known kind."""
    diagnosis = examine(function)
    assert (diagnosis.mistakes, diagnosis.kind) == ((), None), diagnosis


def test_a_relu_that_leaks_is_still_no_relu() -> None:
    """Forward and backward agree with each other, but not with the name."""
    agreeing = leaky(lambda g, y, x: where(x > 0, g, 0.1 * g), 0.1, name="ReLU")
    assert [m.name for m in examine(agreeing).mistakes] == ["forward-wrong"]
    assert examine(agreeing, kind="leaky_relu")
