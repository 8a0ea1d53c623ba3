"""The kinds of losses, penalties and normalisations, and the newer activations, on torch code.

PyTorch's own functions are the independent definition: they are healthy, and of the kind that they are.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn, where

from charmlp.doctor import examine
from charmlp.doctor.arrangement import SIZES
from charmlp.doctor.kinds import kinds
from charmlp.doctor.setups.recognition import kind_of_name
from tests.doctor.making import make
from tests.doctor.wrong_ones import Wrong
from tests.sampling import one_in

# What PyTorch has of the right form, for the canonical inputs in the order of the first arrangement
DEFINITIONS: dict[str, Callable[..., Tensor]] = {
    "elu": F.elu,
    "selu": F.selu,
    "softplus": F.softplus,
    "swish": F.silu,
    "mish": F.mish,
    "hard_tanh": F.hardtanh,
    "prelu": F.prelu,
    "log_softmax": functools.partial(F.log_softmax, dim=1),
    "logsumexp": functools.partial(torch.logsumexp, dim=1),
    "softmax": functools.partial(F.softmax, dim=1),
    "l1": F.l1_loss,
    "huber": F.huber_loss,
    "hinge": lambda y, t: F.margin_ranking_loss(y.flatten(), 0 * y.flatten(), t.flatten(), margin=1.0),
    "multiclass_svm": lambda z, t: z.shape[1] * F.multi_margin_loss(z, t),
    "nll": F.nll_loss,
    "cross_entropy_of_probabilities": lambda q, t: F.nll_loss(q.log(), t.argmax(1)),
    "binary_cross_entropy": F.binary_cross_entropy,
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "l2_penalty": lambda w: torch.linalg.norm(w) ** 2,
    "l2_normalisation": F.normalize,
    "rms_norm": lambda x, gain: F.rms_norm(x, (x.shape[1],), gain, 1e-5),
    "multiplication": torch.mul,
    "division": torch.div,
    "exponentiation": torch.square,
    "exponential": torch.exp,
    "logarithm": torch.log,
    "averaging": torch.mean,
    "summation": torch.sum,
}


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("sizes", SIZES, ids=["small", "large"])
def test_the_right_form_is_that_of_torch(name: str, sizes: Any) -> None:
    kind = kinds()[name]
    arrangement = kind.arrangements[0]
    values = arrangement.random_values(sizes, float, 3)
    y = kind.right.function({**arrangement.variables(values), **kind.right.parameters})
    np.testing.assert_allclose(y, DEFINITIONS[name](*map(torch.as_tensor, values)), rtol=1e-12)


RIGHT: list[tuple[str, Any]] = [
    ("elu", nn.ELU(0.3)),
    ("selu", nn.SELU()),
    ("softplus", nn.Softplus(beta=2)),
    ("mish", nn.Mish()),
    ("hard_tanh", nn.Hardtanh()),
    ("prelu", F.prelu),
    ("prelu", nn.PReLU()),
    ("prelu", nn.PReLU(4)),
    ("rms_norm", nn.RMSNorm(6, eps=1e-5)),
    ("log_softmax", nn.LogSoftmax(dim=1)),
    ("l1", nn.L1Loss()),
    ("l1", nn.L1Loss(reduction="sum")),
    ("l1", nn.L1Loss(reduction="none")),
    ("huber", nn.HuberLoss(delta=0.5)),
    ("huber", nn.SmoothL1Loss(beta=0.5)),
    ("huber", nn.SmoothL1Loss()),
    ("nll", nn.NLLLoss()),
    ("multiclass_svm", nn.MultiMarginLoss()),
    ("multiclass_svm", nn.MultiMarginLoss(margin=0.5)),
    ("binary_cross_entropy", nn.BCELoss()),
    ("bce_with_logits", nn.BCEWithLogitsLoss()),
    ("bce_with_logits", nn.BCEWithLogitsLoss(reduction="sum")),
    ("logsumexp", lambda z: torch.logsumexp(z, 1)),
    ("logsumexp", lambda z: torch.logsumexp(z, 1, keepdim=True)),
    ("softmax", lambda z: F.softmax(z / 3, 1)),
    ("l2_normalisation", F.normalize),
    ("l2_normalisation", lambda x: x / (x.norm(dim=1, keepdim=True) + 1e-3)),
    ("l2_normalisation", lambda x: x / (x.square().sum(1, keepdim=True) + 1e-5).sqrt()),
    ("rms_norm", lambda x, gain: F.rms_norm(x, x.shape[1:], gain, 1e-6)),
    ("rms_norm", lambda x: F.rms_norm(x, x.shape[1:], eps=1e-8)),
    ("l2_penalty", lambda w: 0.01 * (w * w).sum()),
    ("swish", lambda x: x * torch.sigmoid(1.5 * x)),
    ("hinge", lambda y, t: (1 - (2 * t - 1) * y).clamp(min=0).sum()),
    ("hinge", lambda y, t: (1 - t * y).clamp(min=0).mean()),
    ("cross_entropy_of_probabilities", lambda q, t: -(t * (q + 1e-7).log()).sum(1).mean()),
    ("cross_entropy_of_probabilities", lambda q, t: -(t * (q + 1e-3).log()).sum(1).mean()),
    ("binary_cross_entropy", lambda p, t: -(t * (p + 1e-4).log() + (1 - t) * (1 - p + 1e-4).log()).mean()),
    ("binary_cross_entropy", lambda p, t: F.binary_cross_entropy(p.clamp(1e-7, 1 - 1e-7), t)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "function"), RIGHT, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(RIGHT)]
)
def test_right_ones_are_healthy_and_recognised(kind: str, function: Any) -> None:
    diagnosis = examine(function)
    assert (diagnosis.verdict, diagnosis.kind) == ("healthy", kind), diagnosis


OTHERS: list[Any] = [
    nn.Hardswish(),
    nn.ReLU6(),
    nn.Softsign(),
    nn.Hardsigmoid(),
    lambda z: F.softmax(z / z.shape[1] ** 0.5, 1),  # attention's scale is no temperature
    lambda w: (w * w).sum() / w.shape[0],  # a mean over rows is no λ
    lambda x: F.softplus(x) + 0.1 * x,
    lambda x: x.clamp(-1, 3),
]


@pytest.mark.parametrize("function", OTHERS)
def test_their_neighbours_are_not_taken_for_them(function: Any) -> None:
    """The negative control: right code that is of no known kind."""
    diagnosis = examine(function)
    assert (diagnosis.mistakes, diagnosis.kind) == ((), None), diagnosis


def test_a_name_is_no_longer_enough() -> None:
    """What says that it is one kind and computes another is wrong forward."""
    elu = make(lambda x: F.elu(x), lambda g, y, x: g * where(x > 0, 1, y + 1), "SELU")
    assert [m.name for m in examine(elu).mistakes] == ["forward-wrong"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("L1Loss", "l1"),
        ("l2_loss", None),
        ("SmoothL1Loss", "huber"),
        ("my_relu2", "relu"),
        ("relu6", None),
        ("log2", None),
        ("__mul__", "multiplication"),
        ("__truediv__", "division"),
        ("__pow__", "exponentiation"),
        ("l2_normalize", "l2_normalisation"),
        ("normalize", None),
        ("svm_loss_vectorized", "multiclass_svm"),
        ("BCEWithLogitsLoss", "bce_with_logits"),
        ("SELU", "selu"),
    ],
)
def test_names(name: str, kind: str | None) -> None:
    assert kind_of_name(name) == kind


def s(x: Tensor) -> Tensor:
    return torch.sigmoid(x)


def rows(x: Tensor) -> Tensor:
    return x.sum(1, keepdim=True)


def n(x: Tensor) -> int:
    return x.numel()


def bce(backward: Callable[..., Tensor], name: str = "BCE") -> Any:
    return make(
        lambda p, t: F.binary_cross_entropy(p, 1.0 * (t > 0.5)),
        lambda g, y, p, t: (backward(g, p, 1.0 * (t > 0.5)) / n(p), None),
        name,
    )


def svm(right_class: Callable[[Tensor, Tensor], Tensor], threshold: float = -1.0) -> Any:
    """Multi-class SVM whose gradient in the right class is `right_class(mask, margins)`."""

    def backward(g: Tensor, y: Tensor, z: Tensor, t: Tensor) -> Any:
        hot = F.one_hot(t, z.shape[1]).to(z.dtype)
        margins = z - (z * hot).sum(1, keepdim=True)
        mask = (margins > threshold) * (1 - hot)
        return g * (mask + hot * right_class(mask, z)) / len(z), None

    return make(lambda z, t: z.shape[1] * F.multi_margin_loss(z, t), backward, "SVMLoss")


def huber(derivative: Callable[[Tensor], Tensor]) -> Any:
    return make(
        lambda p, t: F.huber_loss(p, t, delta=0.5),
        lambda g, y, p, t: (g * derivative(p - t) / n(p), None),
        "HuberLoss",
    )


def l2(backward: Callable[..., Tensor]) -> Any:
    return make(
        lambda x: x / x.norm(dim=1, keepdim=True), lambda g, y, x: backward(g, y, x.norm(dim=1, keepdim=True))
    )


PATH, SCALE, THRESHOLD, TIES, UPSTREAM = (
    {name} for name in ("path-forgotten", "scale-forgotten", "wrong-threshold", "ties", "slope-of-upstream")
)
FORMULA, PATH = {"wrong-formula"}, {"path-forgotten"}
WRONG = [
    Wrong(
        "elu: α is forgotten",
        make(lambda x: F.elu(x, 0.3), lambda g, y, x: g * where(x > 0, 1, x.exp())),
        SCALE,
    ),
    Wrong("elu: y for y + α", make(lambda x: F.elu(x), lambda g, y, x: g * where(x > 0, 1, y)), FORMULA),
    Wrong(
        "elu: e^y", make(lambda x: F.elu(x), lambda g, y, x: g * where(x > 0, 1, y.exp())), {"wrong-variable"}
    ),
    Wrong("softplus: σ(−x)", make(lambda x: F.softplus(x), lambda g, y, x: g * s(-x)), FORMULA),
    Wrong("softplus: σ(y)", make(lambda x: F.softplus(x), lambda g, y, x: g * s(y)), {"wrong-variable"}),
    Wrong("softplus: σ(g)", make(lambda x: F.softplus(x), lambda g, y, x: s(g)), UPSTREAM),
    Wrong("softplus: overflow", make(lambda x: (1 + x.exp()).log(), lambda g, y, x: g * s(x)), {"unstable"}),
    Wrong("sigmoid: of g", make(lambda x: s(x), lambda g, y, x: g * s(g) * (1 - s(g))), UPSTREAM),
    Wrong("sigmoid: g (1 − g)", make(lambda x: s(x), lambda g, y, x: g * (1 - g)), UPSTREAM),
    Wrong("tanh: of g", make(lambda x: x.tanh(), lambda g, y, x: 1 - g.tanh() ** 2), UPSTREAM),
    Wrong("hard tanh: one side", make(lambda x: F.hardtanh(x), lambda g, y, x: g * (x < 1)), THRESHOLD),
    Wrong(
        "prelu: no mask for the slope",
        make(
            lambda x, a: where(x > 0, x, a * x),
            lambda g, y, x, a: (g * where(x > 0, 1.0, a), (g * x).sum().reshape(a.shape)),
            "PReLU",
        ),
        {"wrong-mask"},
    ),
    Wrong("bce: 1 − t forgotten", bce(lambda g, p, t: -g * t / p), PATH),
    Wrong("bce: no denominator", bce(lambda g, p, t: g * (p - t)), PATH),
    Wrong("bce: sign", bce(lambda g, p, t: g * (t - p) / (p * (1 - p))), {"sign-flipped"}),
    Wrong(
        "bce with logits: σ′ once more",
        make(
            lambda z, t: F.binary_cross_entropy_with_logits(z, t),
            lambda g, y, z, t: (g * (s(z) - t) * s(z) * (1 - s(z)) / n(z), None),
            "BCEWithLogits",
        ),
        {"wrong-variable"},
    ),
    Wrong("svm: no count", svm(lambda mask, z: 0 * mask), TIES),
    Wrong("svm: −1", svm(lambda mask, z: -torch.ones_like(mask)), TIES),
    Wrong("svm: no margin", svm(lambda mask, z: -mask.sum(1, keepdim=True), 0.0), THRESHOLD),
    Wrong("huber: no threshold", huber(lambda d: d), THRESHOLD),
    Wrong("huber: threshold 1", huber(lambda d: where(d.abs() <= 1, d, 0.5 * d.sign())), THRESHOLD),
    Wrong("huber: δ is forgotten", huber(lambda d: where(d.abs() <= 0.5, d, d.sign())), SCALE),
    Wrong("huber: no sign", huber(lambda d: where(d.abs() <= 0.5, d, 0.5)), PATH),
    Wrong(
        "l1: the difference",
        make(lambda p, t: F.l1_loss(p, t), lambda g, y, p, t: (g * (p - t) / n(p), None), "L1"),
        FORMULA,
    ),
    Wrong(
        "l1: nan at 0",
        make(
            lambda p, t: F.l1_loss(p, t),
            lambda g, y, p, t: (g * (p - t) / (p - t).abs() / n(p), None),
            "MAELoss",
        ),
        {"unstable"},
    ),
    Wrong(
        "softmax: T is forgotten",
        make(lambda z: F.softmax(z / 3, 1), lambda g, y, z: y * (g - rows(g * y))),
        SCALE,
    ),
    Wrong("log softmax: g", make(lambda z: F.log_softmax(z, 1), lambda g, y, z: g), PATH),
    Wrong("log softmax: g − Σ g", make(lambda z: F.log_softmax(z, 1), lambda g, y, z: g - rows(g)), PATH),
    Wrong("l2 normalisation: norm held fixed", l2(lambda g, y, r: g / r), PATH),
    Wrong("l2 normalisation: no 1/‖x‖", l2(lambda g, y, r: g - y * rows(g * y)), SCALE),
    Wrong("penalty: no λ", make(lambda w: 0.01 * (w * w).sum(), lambda g, y, w: 2 * g * w), SCALE),
    Wrong(
        "penalty: no 2", make(lambda w: 0.01 * (w * w).sum(), lambda g, y, w: 0.01 * g * w), {"factor-two"}
    ),
]


@pytest.mark.parametrize("wrong", one_in(2, WRONG), ids=str)
def test_the_mistake_is_named(wrong: Wrong) -> None:
    diagnosis = examine(wrong.function)
    assert {mistake.name for mistake in diagnosis.mistakes} == wrong.names, diagnosis
    for language in ("en", "zh"):
        words = "\n".join(diagnosis.lines(language, hint=5))
        assert "{" not in words, words
