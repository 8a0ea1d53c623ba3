"""Each step beside PyTorch's own layers and optimizers: same start, same batches, same result."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import platform
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.config import OPTIMIZERS, TrainingConfig
from charmlp.training.schedule import average_decay, learning_rates
from charmlp.training.steps import analytic
from charmlp.training.steps.analytic import AnalyticStep
from charmlp.training.steps.choice import make_step
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.elementwise import (
    MANY_PARAMETERS,
    MANY_PRODUCTS,
    InLoops,
    OnNumPy,
    make_elementwise,
)
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import Step
from tests.sampling import in_full, one_in

blocks = pytest.importorskip("charmlp.nn.activations").ACTIVATIONS
torch = pytest.importorskip("torch")

Array = NDArray[Any]
UPDATES, BATCH, D, K = 100, 8, 20, 5
BASE = TrainingConfig(hidden_size=(12,), batch_size=BATCH, lr=1e-2)
ACTIVATIONS = {name: getattr(torch.nn, block.module.__name__) for name, block in blocks.items()}

# A pair of activation and optimizer takes seconds to be compiled: each of both is in one pair, not in all.
WITH_ACTIVATION = {"sigmoid": "adagrad", "gelu": "rmsprop", "leaky_relu": "adadelta", "silu": "adam"}
WITH_OPTIMIZER = {optimizer: act_type for act_type, optimizer in WITH_ACTIVATION.items()} | {"adam": "relu"}
RATES = {"adadelta": 1.0, "adagrad": 1e-2, "sgd": 1e-2}
QUICK = ("sgd", "adam", "relu", "gelu")  # compiled; the others take half a minute
IN_LOOPS = ("compiled", "analytic in loops")

BOTH = (np.float64, np.float32)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops have their work in parts, as that of large nets."""
    for name, size in {"ROWS": 3, "WEIGHTS": 4 * D, "MOVED": 50}.items():
        monkeypatch.setattr(analytic, name, size)


def sizes_of(config: TrainingConfig) -> tuple[int, ...]:
    return (D, *config.hidden_size, K)


def batches(dtype: Any, batch_size: int = BATCH) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    n = UPDATES * batch_size - batch_size // 3  # the last batch is smaller
    return rng.normal(size=(n, D)).astype(dtype), rng.integers(0, K, n)


def start(config: TrainingConfig, dtype: Any) -> Parameters:
    return Parameters.initial(sizes_of(config), np.random.default_rng(2), dtype)


def weights_of_examples(n: int) -> Array:
    return np.random.default_rng(4).choice([0.25, 1.0, 3.0], n)


def make(name: str, config: TrainingConfig, parameters: Parameters, weights: Array | None = None) -> Step:
    """A step by name; the analytic one on torch runs on the processor here, call by call or as a graph."""
    if name == "analytic in loops":  # as for large nets
        with patch.object(analytic, "make_elementwise", lambda config, parameters: InLoops(config)):
            return AnalyticStep(config, parameters, weights)
    if not name.startswith("analytic on torch"):
        return make_step(name, config, parameters, weights)
    from charmlp.training.steps.analytic_torch import AnalyticTorchStep
    from tests.training.steps.recording import record

    return AnalyticTorchStep(
        config, parameters, weights, record=record if name.endswith("recorded") else None
    )


def run_ours(
    name: str, config: TrainingConfig, dtype: Any, weights: Array | None = None, weigh: bool = False
) -> tuple[Array, Array]:
    """Losses and the kept parameters of one of our steps, in two calls so that state must survive."""
    step = make(name, config, start(config, dtype), weights)
    inputs, labels = batches(dtype, config.batch_size)
    rates = learning_rates(config, 0, UPDATES, UPDATES)
    masks = np.random.default_rng(3)
    half, cut = UPDATES // 2, UPDATES // 2 * config.batch_size
    few, others = np.split(weights_of_examples(len(labels)), [cut]) if weigh else (None, None)
    first = step.advance(inputs[:cut], labels[:cut], rates[:half], masks, few)
    second = step.advance(inputs[cut:], labels[cut:], rates[half:], masks, others)
    return np.concatenate([first, second]), step.averaged().flat


def run_torch(
    config: TrainingConfig, dtype: Any, weights: Array | None = None, weigh: bool = False
) -> tuple[Array, Array]:
    """The same with torch.nn, torch.optim, torch.nn.functional and nothing of ours but what is drawn."""
    return torch_result(config, dtype, None if weights is None else tuple(weights), weigh)


@functools.lru_cache(maxsize=4)  # one after the other, all steps are compared with it
def torch_result(
    config: TrainingConfig, dtype: Any, weights: tuple[float, ...] | None, weigh: bool
) -> tuple[Array, Array]:
    sizes = sizes_of(config)
    initial = start(config, dtype)
    linears = []
    for weight, bias in zip(initial.weights, initial.biases, strict=True):
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.from_numpy(weight).dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        linears.append(linear)
    activation = ACTIVATIONS[config.act_type]()
    parameters = [p for linear in linears for p in linear.parameters()]
    options: dict[str, Any] = {"momentum": config.momentum} if config.optimizer == "sgd" else {}
    kind = {name.lower(): getattr(torch.optim, name) for name in dir(torch.optim)}[config.optimizer]
    optimizer = kind(parameters, lr=config.lr, weight_decay=config.weight_decay, **options)
    average = [p.detach().clone() for p in parameters]
    dropout, masks = Dropout(config, sizes), np.random.default_rng(3)
    size = config.batch_size
    arrays = batches(dtype, size)
    cut, n = UPDATES // 2 * size, len(arrays[1])
    drawn = np.concatenate([dropout.draw(masks, cut), dropout.draw(masks, n - cut)])
    inputs, labels = (torch.from_numpy(array) for array in arrays)
    weight = None if weights is None else torch.tensor(weights, dtype=inputs.dtype)
    own = torch.from_numpy(weights_of_examples(n)).to(inputs.dtype)
    losses = []
    for i, lr in enumerate(learning_rates(config, 0, UPDATES, UPDATES)):
        x, y = inputs[i * size : (i + 1) * size], labels[i * size : (i + 1) * size]
        for j, linear in enumerate(linears):
            if dropout.dropped[j]:
                mine = drawn[i * size : (i + 1) * size, dropout.columns[j] :][:, : sizes[j]]
                kept = torch.from_numpy(mine >= dropout.dropped[j])
                x = torch.where(kept, x / (1 - dropout.dropped[j] / 256), 0)
            x = linear(x)
            if j < len(linears) - 1 or len(linears) == 1:
                x = activation(x)
        options = {"weight": weight, "label_smoothing": config.label_smoothing}
        if weigh:
            some = own[i * size : (i + 1) * size]
            total = (some if weight is None else some * weight[y]).sum()
            losses_of_each = torch.nn.functional.cross_entropy(x, y, reduction="none", **options)
            loss = (some * losses_of_each).sum() / total
        else:
            loss = torch.nn.functional.cross_entropy(x, y, **options)
        optimizer.zero_grad()
        loss.backward()
        if config.clip_norm:
            torch.nn.utils.clip_grad_norm_(parameters, config.clip_norm)
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.step()
        decay = average_decay(config, i + 1)
        for a, p in zip(average, parameters, strict=True):
            a += (1 - decay) * (p.detach() - a)
        losses.append(loss.item())
    kept_parameters = average if config.ema_decay else parameters
    return np.array(losses), torch.cat([p.detach().reshape(-1) for p in kept_parameters]).numpy()


def assert_equal(
    name: str,
    config: TrainingConfig,
    weights: Array | None = None,
    dtypes: tuple[Any, ...] = BOTH,
    weigh: bool = False,
) -> None:
    """float64: weights within 1e-9 relative; float32: loss curves within 1e-4 relative."""
    if np.float64 in dtypes:
        arguments = config, np.float64, weights, weigh
        ours, theirs = run_ours(name, *arguments), run_torch(*arguments)
        assert np.abs(ours[1] - theirs[1]).max() <= 1e-9 * np.abs(theirs[1]).max()
    arguments = config, np.float32, weights, weigh
    ours, theirs = run_ours(name, *arguments), run_torch(*arguments)
    assert np.allclose(ours[0], theirs[0], rtol=1e-4, atol=0)


STEPS = [
    "analytic",
    "analytic in loops",
    "autograd",
    "compiled",
    "analytic on torch",
    "analytic on torch, recorded",
]
each_step = pytest.mark.parametrize("name", STEPS)


def with_steps(*values: Iterable[Any]) -> list[Any]:
    """Every step with each of these; those that take seconds to be compiled are `full`."""
    return [
        in_full(case) if case[0] == "compiled" and case[1] not in QUICK else case
        for case in itertools.product(STEPS, *values)
    ]


@pytest.mark.parametrize(("name", "optimizer", "weight_decay"), one_in(5, with_steps(OPTIMIZERS, [0.0, 0.1])))
def test_every_optimizer(name: str, optimizer: str, weight_decay: float) -> None:
    config = dataclasses.replace(
        BASE, optimizer=optimizer, weight_decay=weight_decay, lr=RATES.get(optimizer, 1e-3),
        act_type=WITH_OPTIMIZER.get(optimizer, "relu"),
    )  # fmt: skip
    # The rules are compiled as they stand; in float64 all of them are compared on NumPy, and two in loops.
    only_float32 = name in IN_LOOPS and config.act_type != "relu"
    assert_equal(name, config, dtypes=(np.float32,) if only_float32 else BOTH)


@pytest.mark.full
@pytest.mark.parametrize("name", IN_LOOPS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_in_loops_of_float64(name: str, optimizer: str) -> None:
    assert_equal(name, dataclasses.replace(BASE, optimizer=optimizer, lr=RATES.get(optimizer, 1e-3)))


@pytest.mark.parametrize(
    ("name", "act_type", "hidden_size"),
    one_in(3, with_steps(ACTIVATIONS, [(), (12,), (12, 7), (12, 7, 9)])),
)
def test_every_activation_one_to_four_layers(name: str, act_type: str, hidden_size: tuple[int, ...]) -> None:
    # Each activation is compiled on its own; in float64 its formulas are compared in tests/test_calculus.py.
    dtypes = BOTH if act_type == "relu" or name not in IN_LOOPS else (np.float32,)
    optimizer = WITH_ACTIVATION.get(act_type, "sgd")
    config = dataclasses.replace(
        BASE, act_type=act_type, hidden_size=hidden_size, optimizer=optimizer, lr=RATES.get(optimizer, 1e-3)
    )
    assert_equal(name, config, dtypes=dtypes)


@each_step
@pytest.mark.parametrize("batch_size", [1, 3, 9, 20])
def test_every_size_of_batch(name: str, batch_size: int) -> None:
    assert_equal(name, dataclasses.replace(BASE, batch_size=batch_size, optimizer="adam", lr=1e-3))


@each_step
@pytest.mark.parametrize(
    "options",
    [
        {"label_smoothing": 0.1},
        {"clip_norm": 0.3},
        {"schedule": "cosine", "warmup": 0.1},
        {"ema_decay": 0.97},
        {"input_dropout": 0.2, "dropout": 0.5},
        in_full({"dropout": 0.5, "act_type": "tanh", "hidden_size": (12, 7)}),
    ],
    ids=lambda options: "-".join(options),
)
def test_every_option(name: str, options: dict[str, Any]) -> None:
    assert_equal(name, dataclasses.replace(BASE, **options))


@each_step
def test_class_weights(name: str) -> None:
    weights = np.arange(1, K + 1) / np.bincount(batches(np.float64)[1], minlength=K)
    assert_equal(name, dataclasses.replace(BASE, label_smoothing=0.1), weights)


@each_step
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("of_classes", [False, True])
def test_weights_of_examples(name: str, of_classes: bool, smoothing: float) -> None:
    of_class = np.arange(1, K + 1) / K if of_classes else None
    assert_equal(name, dataclasses.replace(BASE, label_smoothing=smoothing), of_class, weigh=True)


@pytest.mark.parametrize("name", [name for name in STEPS if "torch" not in name])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weigh", [False, True])
def test_labels_each_for_itself(name: str, weigh: bool, smoothing: float) -> None:
    """Beside torch's own loss, for one update of plain gradient descent: so do all that follow."""
    inputs, classes = (array[:BATCH] for array in batches(np.float64))
    labels = (np.arange(K) <= classes[:, None]).astype(np.int64)
    config = dataclasses.replace(BASE, momentum=0.0, label_smoothing=smoothing)
    weights = weights_of_examples(BATCH) if weigh else np.ones(BATCH)
    step, initial = make(name, config, start(config, np.float64)), start(config, np.float64)
    given = weights if weigh else None
    (loss,) = step.advance(inputs, labels, np.full(1, 0.5), np.random.default_rng(3), given)
    w1, b1, w2, b2 = (
        torch.tensor(array, requires_grad=True)
        for pair in zip(initial.weights, initial.biases, strict=True)
        for array in pair
    )
    z = torch.relu(torch.from_numpy(inputs) @ w1.T + b1) @ w2.T + b2
    targets = torch.from_numpy(labels * (1 - smoothing) + smoothing / 2)
    each = torch.nn.functional.binary_cross_entropy_with_logits(z, targets, reduction="none").sum(1)
    theirs = (torch.from_numpy(weights) * each).sum() / weights.sum()
    theirs.backward()
    assert loss == pytest.approx(theirs.item(), rel=1e-12)
    moved = np.concatenate([(p - 0.5 * p.grad).detach().numpy().ravel() for p in (w1, b1, w2, b2)])
    assert np.allclose(step.parameters.flat, moved, rtol=0, atol=1e-14)


def test_labels_each_for_itself_are_refused_on_the_device() -> None:
    step = make("analytic on torch", BASE, start(BASE, np.float64))
    with pytest.raises(NotImplementedError, match="learned on the processor"):
        step.advance(np.zeros((8, D)), np.zeros((8, K), int), np.ones(1), np.random.default_rng(0))


@each_step
def test_a_whole_weight_is_as_many_copies(name: str) -> None:
    inputs, labels = (array[:BATCH] for array in batches(np.float64))
    weights = np.arange(BATCH) % 3 + 1
    copies = np.repeat(np.arange(BATCH), weights)
    config = dataclasses.replace(BASE, batch_size=len(copies), label_smoothing=0.1)
    weighted, repeated = (make(name, config, start(config, np.float64)) for _ in range(2))
    rates, masks = np.full(1, 0.1), np.random.default_rng(3)
    one = weighted.advance(inputs, labels, rates, masks, weights.astype(float))
    other = repeated.advance(inputs[copies], labels[copies], rates, masks)
    assert one == pytest.approx(other, rel=1e-12)
    assert np.allclose(weighted.parameters.flat, repeated.parameters.flat, rtol=0, atol=1e-14)
    assert not np.allclose(weighted.parameters.flat, start(config, np.float64).flat)


def test_weights_that_are_left_out_would_be_noticed() -> None:
    ours, theirs = run_ours("analytic", BASE, np.float64), run_torch(BASE, np.float64, weigh=True)
    assert np.abs(ours[1] - theirs[1]).max() > 1e-3


@each_step
def test_all_at_once(name: str) -> None:
    everything = dataclasses.replace(
        BASE, hidden_size=(12, 7), optimizer="adamw", lr=1e-3, weight_decay=0.05, schedule="cosine",
        warmup=0.05, label_smoothing=0.1, input_dropout=0.2, dropout=0.3, clip_norm=1.0, ema_decay=0.98,
    )  # fmt: skip
    assert_equal(name, everything)


def test_another_optimizer_would_be_noticed() -> None:
    ours = run_ours("analytic", dataclasses.replace(BASE, optimizer="rmsprop", lr=1e-3), np.float64)
    theirs = run_torch(dataclasses.replace(BASE, optimizer="adagrad", lr=1e-3), np.float64)
    assert np.abs(ours[1] - theirs[1]).max() > 1e-3


@each_step
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_the_same_seed_gives_the_same_bits(name: str, dropout: float) -> None:
    config = dataclasses.replace(BASE, dropout=dropout, ema_decay=0.9)
    first, again = (run_ours(name, config, np.float32) for _ in range(2))
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])


@each_step
def test_inputs_are_left_alone(name: str) -> None:
    inputs, labels = batches(np.float32)
    before = inputs.copy()
    config = dataclasses.replace(BASE, input_dropout=0.5)
    step = make(name, config, start(config, np.float32))
    step.advance(inputs, labels, learning_rates(config, 0, UPDATES, UPDATES), np.random.default_rng(3))
    assert np.array_equal(inputs, before)


@pytest.mark.parametrize("act_type", ["relu", "sigmoid"])
@pytest.mark.parametrize("name", ["analytic", "analytic in loops"])
def test_layers_whose_rows_lie_apart(name: str, act_type: str) -> None:
    assert_equal(name, dataclasses.replace(BASE, hidden_size=(512, 12), act_type=act_type, dropout=0.2))


def test_many_parameters_go_through_loops() -> None:
    assert isinstance(make_elementwise(BASE, MANY_PARAMETERS - 1), OnNumPy)
    assert isinstance(make_elementwise(BASE, MANY_PARAMETERS), InLoops)
    large = dataclasses.replace(BASE, batch_size=MANY_PRODUCTS // 50_000)
    assert isinstance(make_elementwise(large, 49_000), OnNumPy)
    assert isinstance(make_elementwise(large, 51_000), InLoops)


def test_a_large_net_leaves_the_mode_of_floats_as_it_was() -> None:
    """Also where training is interrupted."""
    subnormal = np.full(2, 1e-40, np.float32)
    flushed = np.ones(2)

    def interrupted(part: int) -> None:
        flushed[:] = subnormal * np.float32(0.5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        InLoops(BASE).each(interrupted, [0])
    assert ((subnormal * np.float32(0.5)) > 0).all()
    assert (flushed == 0).all() or platform.machine().lower() not in ("x86_64", "amd64")
