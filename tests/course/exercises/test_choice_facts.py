"""What the questions claim is computed: numbers by doing what a question says, behaviour by trying it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from charmlp.course.exercises.bank import Question, topic, topic_names

QUESTIONS = {question.name: question for name in topic_names() for question in topic(name).questions}
NUMBER = re.compile(r"(?:About )?(\d+(?:\.\d+)?)(?:, .*)?")


def descended(
    gradient: Callable[[float], float], w: float, rate: float, steps: int, momentum: float = 0
) -> float:
    v = 0.0
    for _ in range(steps):
        v = momentum * v + gradient(w)
        w -= rate * v
    return w


def first_step(
    optimizer: type[torch.optim.Optimizer], gradients: Sequence[float], **settings: float
) -> float:
    """The length of the last step, of as many as there are gradients."""
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    chosen: Any = optimizer
    trained = chosen([w], **settings)
    for gradient in gradients:
        before = w.item()
        w.grad = torch.tensor(gradient, dtype=torch.float64)
        trained.step()
    return abs(w.item() - before)


def batch_norm(*values: float) -> float:
    """The last of them, normalised."""
    layer = torch.nn.BatchNorm1d(1, eps=1e-12, affine=False, dtype=torch.float64)
    return layer(torch.tensor(values, dtype=torch.float64)[:, None])[-1].item()


def product_of_layers(count: int) -> float:
    gradient = np.ones(3)
    for _ in range(count):
        gradient = (1.5 * np.eye(3)).T @ gradient
    return gradient[0]


def smoothed() -> float:
    """The target that torch's cross-entropy has: its gradient with respect to the logits is q − y*."""
    logits = torch.zeros(1, 10, dtype=torch.float64, requires_grad=True)
    torch.nn.functional.cross_entropy(logits, torch.tensor([3]), label_smoothing=0.1).backward()
    return (0.1 - logits.grad[0, 3]).item()


def dropped_mean_by_factor() -> float:
    torch.manual_seed(1)
    kept = torch.nn.functional.dropout(torch.ones(10), 0.2)
    return kept[kept > 0][0].item()


# By question: the value of each option, in the order of the file; a wrong one comes about as its reason says.
VALUES: dict[str, Sequence[float]] = {
    "quadratic-two-steps": (
        descended(lambda w: 4 * w, 1, 0.1, 2),
        1 - 2 * 0.1 * 4,
        descended(lambda w: 4 * w, 1, 0.1, 1),
        descended(lambda w: 2 * w, 1, 0.1, 2),
    ),
    "updates-an-epoch": (len(range(0, 2000, 32)), 2000 // 32, 32, len(range(0, 2000, 1))),
    "mean-to-sum": (0.1 / 50, 0.1, 0.1 * 50, 0.1 / math.sqrt(50)),
    "momentum-two-steps": (
        descended(lambda w: w, 1, 0.1, 2, momentum=0.9),
        descended(lambda w: w, 1, 0.1, 2),
        0.9 - 0.1 * (0.9 * 1 + 1),
        0.99 - 0.1 * (0.9 * 0.1 + 0.1 * 0.99),
    ),
    "adagrad-step": (
        first_step(torch.optim.Adagrad, [1.0] * 4, lr=0.1),
        0.1 / 4,
        first_step(torch.optim.Adagrad, [1.0], lr=0.1),
        first_step(torch.optim.Adagrad, [1.0] * 3, lr=0.1),
    ),
    "adam-first-step": (
        first_step(torch.optim.Adam, [0.002], lr=0.001, eps=1e-12),
        first_step(torch.optim.SGD, [0.002], lr=0.001),
        0.001 * (0.1 * 0.002) / math.sqrt(0.001 * 0.002**2),
        0.001 / 0.002,
    ),
    "ten-sigmoids": (1e-6, 1e-3, 0.25 / 10, 0.25 * 10),
    "exploding-factor": (product_of_layers(20), 1.5 * 20, product_of_layers(1), 1.5**-20),
    "he-deviation": (math.sqrt(2 / 200), 2 / 200, math.sqrt(2 / 50), math.sqrt(1 / 200)),
    "first-loss": (
        torch.nn.functional.cross_entropy(torch.zeros(1, 10), torch.tensor([0])).item(), 0.1, 0.9, 10
    ),
    "batch-norm-value": (batch_norm(1, 3, 5, 7), 3 / math.sqrt(20 / 3), 3 / 5, 1),
    "one-decay-step": (
        2 - first_step(torch.optim.SGD, [1 + 0.5 * 2], lr=0.1),
        2 - 0.1 * 1,
        2 - 0.1 * (1 + 2 * 0.5 * 2),
        2 - 0.1 * (1 + 0.5),
    ),
    "inverted-factor": (dropped_mean_by_factor(), 0.8, 1 / 0.2, 1.2),
    "standard-error": (math.sqrt(0.9 * 0.1 / 100), 0.9 * 0.1 / 100, math.sqrt(0.9 * 0.1), 0),
    "smoothed-target": (smoothed(), 0.9, 1 - 0.1 / 10, 1),
    "mean-cross-entropy": (
        -(math.log(0.5) + math.log(0.25)) / 2, -math.log(0.375), -math.log(0.5 * 0.25), (0.5 + 0.75) / 2
    ),
}  # fmt: skip


def stated(question: Question) -> list[float | None]:
    """The number that each option is, where it is one."""
    found = []
    for option in question.options:
        text = re.sub(r"\$10\^\{-(\d)\}\$", lambda power: f"{10.0 ** -int(power[1]):f}", option.text["en"])
        match = NUMBER.fullmatch(text)
        found.append(float(match[1]) if match else None)
    return found


def agrees(value: float, text: float) -> bool:
    """To the digits that are written."""
    digits = len(np.format_float_positional(text, trim="-").partition(".")[2])
    return abs(value - text) <= 0.5001 * 10.0**-digits


def test_each_number_is_computed() -> None:
    of_numbers = {name for name, question in QUESTIONS.items() if None not in stated(question)}
    assert of_numbers == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_the_numbers_are_these(name: str) -> None:
    numbers = stated(QUESTIONS[name])
    assert all(agrees(value, number or 0) for value, number in zip(VALUES[name], numbers, strict=True))
    assert [option.right for option in QUESTIONS[name].options] == [True, False, False, False]


def test_another_number_is_seen() -> None:
    """Negative control."""
    assert agrees(1.3416, 1.342) and not agrees(1.3426, 1.342) and not agrees(3327, 3325)
    assert agrees(3325.3, 3325) and stated(QUESTIONS["ten-sigmoids"])[:2] == [1e-6, 1e-3]


# What else is claimed


def right_ones(name: str) -> list[str]:
    return [option.text["en"] for option in QUESTIONS[name].options if option.right]


def test_the_largest_slopes_of_ten_sigmoids() -> None:
    z = torch.linspace(-3, 3, 601, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(z).sum().backward()
    assert 0.9e-6 < z.grad.max().item() ** 10 < 1e-6 and 0.9e-3 < 0.5**10 < 1e-3


@pytest.mark.parametrize(
    ("rate", "converges"), [(0.2, True), (0.3, True), (0.49, True), (0.51, False), (0.9, False)]
)
def test_where_the_quadratic_converges(rate: float, converges: bool) -> None:
    assert (abs(descended(lambda w: 4 * w, 1, rate, 2000)) < 1e-9) is converges
    assert right_ones("quadratic-range") == [r"For $\eta \lt 0.5$"]


def test_how_the_noise_falls_with_the_batch() -> None:
    random = np.random.default_rng(1)
    gradients = random.normal(size=1000)
    small, large = (random.choice(gradients, (20_000, size)).mean(axis=1) for size in (16, 64))
    assert abs(large.std() / small.std() - 0.5) < 0.02
    assert abs(small.mean() - gradients.mean()) < 0.01


def test_where_momentum_ends() -> None:
    v = 0.0
    for step in range(200):
        v = 0.9 * v + 1
        assert step != 1 or v == 1.9
    assert abs(v - 10) < 1e-6


def test_four_small_batches_make_a_large_one() -> None:
    torch.manual_seed(1)
    x, target = torch.randn(64, 5, dtype=torch.float64), torch.randn(64, dtype=torch.float64)
    w = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    (whole,) = torch.autograd.grad(((x @ w - target) ** 2).mean(), w)
    for rows in torch.arange(64).split(16):
        (((x[rows] @ w - target[rows]) ** 2).mean() / 4).backward()
    assert torch.allclose(whole, w.grad) and not torch.allclose(whole, 4 * w.grad)


def test_which_optimizers_see_the_size_of_the_loss() -> None:
    optimizers = {
        "Adam": (torch.optim.Adam, {"eps": 1e-15}),
        "Adagrad": (torch.optim.Adagrad, {"eps": 1e-15}),
        "RMSprop": (torch.optim.RMSprop, {"eps": 1e-15}),
        "SGD with momentum": (torch.optim.SGD, {"momentum": 0.9}),
    }
    same = []
    for name, (optimizer, settings) in optimizers.items():
        gradients = [0.3, -0.7, 0.2]
        one = first_step(optimizer, gradients, lr=0.01, **settings)
        other = first_step(optimizer, [100 * gradient for gradient in gradients], lr=0.01, **settings)
        same += [name] * math.isclose(one, other, rel_tol=1e-9)
    assert same == right_ones("scaled-loss")


def test_which_optimizer_does_not_tell_decay_from_penalty() -> None:
    optimizers = {
        "SGD without momentum": (torch.optim.SGD, {}),
        "SGD with momentum 0.9": (torch.optim.SGD, {"momentum": 0.9}),
        "RMSprop": (torch.optim.RMSprop, {}),
        "Adam": (torch.optim.Adam, {}),
    }
    same = []
    for name, (optimizer, settings) in optimizers.items():
        ends = []
        for decoupled in (False, True):
            w = torch.tensor([2.0, -1.0], dtype=torch.float64, requires_grad=True)
            chosen: Any = optimizer
            trained = chosen([w], lr=0.1, weight_decay=0 if decoupled else 0.5, **settings)
            for gradient in (1.0, -0.5, 0.25):
                w.grad = torch.full_like(w, gradient)
                shrunk = 0.1 * 0.5 * w.detach().clone() * decoupled
                trained.step()
                w.data -= shrunk
            ends.append(w.detach())
        same += [name] * torch.allclose(*ends)
    assert same == right_ones("same-as-decoupled")


def test_which_functions_are_convex() -> None:
    functions: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "$w^{2}$": lambda w: w**2,
        "$|w|$": abs,
        r"$\log (1 + e^{w})$": lambda w: np.logaddexp(0, w),
        "$w^{4} - w^{2}$": lambda w: w**4 - w**2,
    }
    w = np.linspace(-4, 4, 801)
    convex = [name for name, f in functions.items() if (np.diff(f(w), 2) > -1e-12).all()]
    assert convex == right_ones("convex-functions")


def test_which_models_have_a_convex_loss() -> None:
    """Looks for a chord below the graph, on random pairs of weights."""
    torch.manual_seed(1)
    x, labels = torch.randn(40, 3), torch.randint(3, (40,))
    activations: dict[str, Any] = {
        "two linear": torch.nn.Identity,
        "tanh": torch.nn.Tanh,
        "relu": torch.nn.ReLU,
    }

    def loss(activation: Any, w: torch.Tensor) -> torch.Tensor:
        first, second = w[:12].reshape(4, 3), w[12:].reshape(3, 4)
        logits = x @ w[:9].reshape(3, 3).T if activation is None else activation()(x @ first.T) @ second.T
        return torch.nn.functional.cross_entropy(logits, labels)

    def convex(activation: Any) -> bool:
        pairs = [torch.randn(2, 24) for _ in range(300)]
        pairs += [torch.stack([pair[0], -pair[0]]) for pair in pairs]
        return all(
            loss(activation, (one + other) / 2)
            <= (loss(activation, one) + loss(activation, other)) / 2 + 1e-5
            for one, other in pairs
        )

    assert convex(None) and not any(map(convex, activations.values()))


def test_what_learns_from_all_zeros() -> None:
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    for parameter in net.parameters():
        torch.nn.init.zeros_(parameter)
    x, labels = torch.randn(10, 4), torch.tensor([0] * 7 + [1] * 3)
    for _ in range(20):
        net.zero_grad()
        torch.nn.functional.cross_entropy(net(x), labels).backward()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter -= 0.5 * parameter.grad
    assert [name for name, each in net.named_parameters() if each.any()] == ["2.bias"]


def test_equal_units_stay_equal() -> None:
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    for parameter in net.parameters():
        torch.nn.init.constant_(parameter, 0.1)
    x, labels = torch.randn(10, 4), torch.tensor([0] * 7 + [1] * 3)
    assert math.isclose(torch.nn.functional.cross_entropy(net(x), labels).item(), math.log(2), rel_tol=1e-6)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x), labels).backward()
        optimizer.step()
    rows = net[0].weight
    assert (
        torch.equal(rows[0], rows[1])
        and torch.equal(rows[0], rows[2])
        and not torch.allclose(rows, torch.tensor(0.1))
    )


def test_relu_halves_the_mean_square() -> None:
    z = torch.randn(1_000_000, generator=torch.Generator().manual_seed(1))
    assert abs((z.relu() ** 2).mean() / (z**2).mean() - 0.5) < 0.01


def test_doubled_weights_before_batch_norm() -> None:
    torch.manual_seed(1)
    x, target = torch.randn(16, 5, dtype=torch.float64), torch.randn(16, 3, dtype=torch.float64)
    norm = torch.nn.BatchNorm1d(3, eps=1e-12, dtype=torch.float64)
    weight = torch.randn(3, 5, dtype=torch.float64)
    outputs, gradients = [], []
    for factor in (1, 2):
        w = (factor * weight).requires_grad_()
        bias = torch.full((3,), float(factor), dtype=torch.float64, requires_grad=True)
        y = norm(x @ w.T + bias)
        ((y - target) ** 2).sum().backward()
        outputs.append(y.detach())
        gradients.append(w.grad)
        assert bias.grad.abs().max() < 1e-12  # bias-before-batch-norm
    assert torch.allclose(*outputs) and torch.allclose(gradients[1], gradients[0] / 2)


def test_a_dead_relu_gets_nothing() -> None:
    torch.manual_seed(1)
    layer = torch.nn.Linear(3, 1)
    torch.nn.init.constant_(layer.bias, -100)
    (layer(torch.randn(20, 3)).relu() + 1).pow(2).sum().backward()
    assert not layer.weight.grad.any() and not layer.bias.grad.any()


def test_clipping_by_norm() -> None:
    w = torch.zeros(2, requires_grad=True)
    w.grad = torch.tensor([12.0, 16.0])
    torch.nn.utils.clip_grad_norm_([w], 5)
    assert torch.allclose(w.grad, torch.tensor([3.0, 4.0]), atol=1e-4) and right_ones("clip-norm") == [
        "(3, 4)"
    ]
    assert math.hypot(2.4, 3.2) == 4 and math.hypot(12, 16) == 20


def test_mean_and_spread_of_dropout() -> None:
    values = torch.nn.functional.dropout(torch.full((200_000,), 3.0), 0.5)
    assert set(values.unique().tolist()) == {0, 6}
    both = np.array([0.0, 6.0])
    assert (both.mean(), both.std()) == (3, 3) and right_ones("dropout-spread") == [
        "Mean 3, standard deviation 3"
    ]


def test_the_minimum_with_smoothed_targets() -> None:
    target = np.full(4, 0.1 / 4)
    target[0] += 0.9
    entropy = -(target * np.log(target)).sum()
    grid = [np.array(q) / 40 for q in product(range(1, 40), repeat=4) if sum(q) == 40]
    losses = np.array([-(target * np.log(q)).sum() for q in grid])
    assert math.isclose(losses.min(), entropy) and entropy < math.log(4)
    assert np.allclose(grid[losses.argmin()], target)


def test_what_saturation_does_to_the_squared_error() -> None:
    """And what it does not do to the cross-entropy: a confident mistake keeps its gradient."""
    z = torch.tensor([[12.0, 0.0]], dtype=torch.float64, requires_grad=True)
    right = torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    (squared,) = torch.autograd.grad(((z.softmax(1) - right) ** 2).sum(), z)
    (entropy,) = torch.autograd.grad(-(right * z.log_softmax(1)).sum(), z)
    assert squared.abs().max() < 1e-4 and entropy.abs().max() > 0.99
    y = 0.001
    assert y * (1 - y) < 0.001


def test_folds() -> None:
    folds = np.array_split(np.arange(200), 5)
    assert {200 - len(fold) for fold in folds} == {160}
    assert right_ones("five-fold") == [f"{len(folds)} models, 160 examples each"]
