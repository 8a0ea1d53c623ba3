"""Training that stops after any update, is written down and taken up by another: the same bits to the end."""

from __future__ import annotations

import dataclasses
import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.config import OPTIMIZERS, RECIPES, TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.letters.letterset import LetterSet
from charmlp.training import feed as feed_module
from charmlp.training.checkpoint import Checkpoint
from charmlp.training.feed import Arrays, Pictures
from charmlp.training.order import Order
from charmlp.training.state import Kept, TrainingState
from charmlp.training.steps.analytic import AnalyticStep
from charmlp.training.steps.choice import make_step
from charmlp.training.steps.elementwise import InLoops
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import Step
from charmlp.training.trainer import Trainer

torch = pytest.importorskip("torch")

Array = NDArray[Any]
STEPS = ("analytic", "analytic in loops", "compiled", "autograd", "analytic on torch, recorded")
BASE = TrainingConfig(
    hidden_size=(12,), norm_size=(6, 6), batch_size=8, lr=1e-2, epochs=3, val_interval=1, keep="best"
)
EVERYTHING = dataclasses.replace(
    BASE, hidden_size=(12, 7), optimizer="adamw", lr=1e-3, weight_decay=0.05, schedule="cosine", warmup=0.05,
    label_smoothing=0.1, input_dropout=0.2, dropout=0.3, clip_norm=1.0, ema_decay=0.98, augment=True,
    synth_ratio=0.5, class_weights="balanced",
)  # fmt: skip


def letters(n: int, seed: int) -> LetterSet:
    """Noise in five classes, some of them rare."""
    rng = np.random.default_rng(seed)
    labels = np.minimum(rng.integers(0, 9, n), 4)
    return LetterSet(rng.integers(0, 256, (n, 6, 6), np.uint8), labels, tuple("ABCDE"), ("",) * n)


TRAINING, VALIDATION, RENDERED = letters(101, 1), letters(40, 2), letters(70, 3)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five updates of eight images: an epoch has several chunks, the last one smaller."""
    for name in ("CHUNK_BYTES", "LARGE_CHUNK_BYTES"):
        monkeypatch.setattr(feed_module, name, 5 * 8 * 36 * 4)


def make_trainer(name: str, config: TrainingConfig) -> Trainer:
    """A trainer, everything in it new; steps by name as in test_steps.py."""
    rendered = RENDERED if config.synth_ratio else None
    order = Order(config, 5, TRAINING.labels, None if rendered is None else rendered.labels)
    feed = Pictures(config.preprocessing, TRAINING, rendered)
    plain = name if name in ("compiled", "autograd") else "analytic"
    trainer = Trainer(config, order, feed, Pictures(config.preprocessing, VALIDATION), step_name=plain)
    if name == "analytic in loops":
        assert isinstance(trainer.step, AnalyticStep)
        trainer.step.elementwise = InLoops(config)
    if name == "analytic on torch, recorded":
        from charmlp.training.steps.analytic_torch import AnalyticTorchStep
        from tests.training.steps.recording import record

        weights = order.class_weights() if config.class_weights == "balanced" else None
        trainer.step = AnalyticTorchStep(config, trainer.step.parameters, weights, record=record)
    return trainer


def through_a_file(state: TrainingState) -> TrainingState:
    """What comes out of a checkpoint that the state went into."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "checkpoint")
        file.write_bytes(Checkpoint(state, BASE, {}, {}, {}).content())
        return Checkpoint.read(file).state


def end(trainer: Trainer) -> list[Any]:
    """All that a training leaves behind, as what can be compared; but how long it took."""
    arrays, facts = trainer.state().pack()
    facts["seconds"] = 0
    arrays["history"][:, 2] = 0
    return [{name: array.tobytes() for name, array in arrays.items()}, facts]


def epochs_of(found: list[Any]) -> int:
    return len(found[0]["history"]) // (6 * 8)


RARE = ("adagrad", "rmsprop", "adadelta")


def cut(
    name: str, config: TrainingConfig, stops: tuple[int, ...],
    change: Callable[[TrainingState], TrainingState] = lambda state: state,
) -> list[Any]:  # fmt: skip
    """The end of a training that stops after each of `stops`, is written, changed and taken up by another."""
    trainer = make_trainer(name, config)
    for stop in stops:
        trainer.run(until=stop)
        assert trainer.updates == stop
        state = change(through_a_file(trainer.state()))
        trainer = make_trainer(name, config)
        trainer.take_up(state)
    trainer.run()
    return end(trainer)


@functools.cache
def whole(name: str, config: TrainingConfig) -> list[Any]:
    """The end of a training that never stops."""
    trainer = make_trainer(name, config)
    trainer.run()
    return end(trainer)


each_step = pytest.mark.parametrize("name", STEPS)
each_optimizer_and_step = pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        # Compiling takes seconds for each of them; what it compiles is tested in steps/test_steps.py.
        pytest.param(name, optimizer, marks=[pytest.mark.full] * (name == "compiled" and optimizer in RARE))
        for name in STEPS
        for optimizer in OPTIMIZERS
    ],
)


@each_optimizer_and_step
def test_every_optimizer_goes_on_with_the_same_bits(name: str, optimizer: str) -> None:
    lr = {"adadelta": 1.0, "sgd": 1e-2}.get(optimizer, 1e-3)
    config = dataclasses.replace(BASE, optimizer=optimizer, lr=lr, weight_decay=0.01, dropout=0.2)
    # An epoch has 13 updates in chunks of 5, 5 and 3: stops in a chunk, twice, and between epochs.
    assert cut(name, config, (0, 7, 8, 26)) == whole(name, config)


@each_step
@pytest.mark.parametrize(
    "options",
    [
        {"momentum": 0.0},
        {"input_dropout": 0.2, "dropout": 0.5},
        {"augment": True},
        {"ema_decay": 0.97},
        {"clip_norm": 0.3},
        {"sampling": "balanced", "class_weights": "balanced"},
        {"synth_ratio": 0.75},
        {"schedule": "cosine", "warmup": 0.1},
        {"keep": "last", "val_interval": 2},
    ],
    ids=lambda options: "-".join(options),
)
def test_every_option_goes_on_with_the_same_bits(name: str, options: dict[str, Any]) -> None:
    config = dataclasses.replace(BASE, **options)
    assert cut(name, config, (9, 13)) == whole(name, config)


@each_step
@pytest.mark.parametrize("every", [14, pytest.param(7, marks=pytest.mark.full)])
def test_any_update_will_do(name: str, every: int) -> None:
    """An epoch has 21 updates with rendered letters, the last one fewer images; some stops are beside it."""
    expected = whole(name, EVERYTHING)
    for stop in range(1, 63, every):
        assert cut(name, EVERYTHING, (stop,)) == expected
    assert cut(name, EVERYTHING, (20, 21, 41, 62)) == expected


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_recipes_go_on_with_the_same_bits(recipe: str) -> None:
    config = dataclasses.replace(RECIPES[recipe], norm_size=(6, 6), batch_size=16, epochs=3, updates=0)
    assert cut("analytic", config, (2, 9)) == whole("analytic", config)


def test_patience_is_remembered() -> None:
    config = dataclasses.replace(BASE, epochs=40, patience=2, monitor="loss", lr=0.5)
    expected = whole("analytic", config)
    assert epochs_of(expected) < 40
    assert cut("analytic", config, (13 * (epochs_of(expected) - 1) + 1,)) == expected


# Negative controls: a state that lacks something ends elsewhere.


def with_step(state: TrainingState, **changed: Any) -> TrainingState:
    return dataclasses.replace(state, step=dataclasses.replace(state.step, **changed))


def without(name: str) -> Callable[[TrainingState], TrainingState]:
    """A state in which an array of the step is zero."""
    return lambda state: with_step(
        state, arrays={k: v * 0 if k == name else v for k, v in state.step.arrays.items()}
    )


@pytest.mark.parametrize(
    "change",
    [
        without("optimizer.mean"),
        without("optimizer.mean_square"),
        without("average"),
        without("parameters"),
        lambda state: with_step(state, updates=state.step.updates - 1),
        lambda state: dataclasses.replace(state, updates=state.updates + 1),
        lambda state: dataclasses.replace(state, loss_sum=state.loss_sum + 1e-9),
        lambda state: dataclasses.replace(state, history=()),
    ],
    ids=["mean", "mean square", "average", "parameters", "t", "position", "loss", "history"],
)
@each_step
def test_a_wrong_state_would_be_noticed(name: str, change: Callable[[TrainingState], TrainingState]) -> None:
    try:
        assert cut(name, EVERYTHING, (40,), change) != whole(name, EVERYTHING)
    except CharmlpError as error:
        assert "the state is another training's" in str(error)


def test_kept_parameters_that_are_lost_would_be_noticed() -> None:
    def forget(state: TrainingState) -> TrainingState:
        return dataclasses.replace(state, kept=dataclasses.replace(state.kept, best=2.0))

    assert cut("analytic", BASE, (20,), forget) != whole("analytic", BASE)


# Steps among each other, and what is refused


@each_optimizer_and_step
def test_a_state_of_one_step_is_taken_by_every_other(name: str, optimizer: str) -> None:
    """In float64, half with one step and half with another: within 1e-9 of one step alone."""
    lr = {"adadelta": 1.0, "sgd": 1e-2}.get(optimizer, 1e-3)
    config = dataclasses.replace(BASE, optimizer=optimizer, lr=lr, ema_decay=0.9)
    rng = np.random.default_rng(0)
    x, y, rates = rng.normal(size=(160, 36)), rng.integers(0, 5, 160), np.full(10, lr)

    def advance(step: Step, part: slice) -> Step:
        step.advance(x[part], y[part], rates, np.random.default_rng(0))
        return step

    def start(name: str) -> Step:
        sizes = (36, 12, 5)
        parameters = Parameters.initial(sizes, np.random.default_rng(2), np.float64)
        if name == "analytic on torch, recorded":
            from charmlp.training.steps.analytic_torch import AnalyticTorchStep

            return AnalyticTorchStep(config, parameters)
        return make_step(name.partition(" ")[0], config, parameters, None)

    alone = advance(advance(start("analytic"), slice(0, 80)), slice(80, 160))
    other = start(name)
    other.restore(advance(start("analytic"), slice(0, 80)).state())
    advance(other, slice(80, 160))
    back = start("analytic")
    back.restore(other.state())
    for step in (other, back):
        assert np.abs(step.averaged().flat - alone.averaged().flat).max() < 1e-9
    assert back.state().updates == 20


@each_step
def test_a_state_of_another_net_or_optimizer_is_refused(name: str) -> None:
    trainer = make_trainer(name, BASE)
    for options, words in (
        ({"hidden_size": (13,)}, r"parameters is float32 \(551,\), not float32 \(509,\)"),
        ({"optimizer": "adam"}, r"optimizer\.\w+ is "),
        ({"ema_decay": 0.9}, "average is float32 .*, not nothing"),
    ):
        other = make_trainer(name, dataclasses.replace(BASE, **options))
        with pytest.raises(CharmlpError, match=f"the state is another training's: {words}"):
            trainer.take_up(other.state())


def test_a_state_at_a_place_that_is_none_is_refused() -> None:
    trainer = make_trainer("analytic", BASE)
    trainer.run(until=20)
    state = dataclasses.replace(trainer.state(), updates=27)
    with pytest.raises(CharmlpError, match="27 updates are not 1 epochs of 13"):
        make_trainer("analytic", BASE).take_up(state)


def test_there_is_no_state_within_an_update() -> None:
    trainer = make_trainer("analytic", BASE)
    trainer.run(until=20)
    step = trainer.step

    def interrupted(*_: Any) -> Array:
        raise KeyboardInterrupt

    step.advance = interrupted  # type: ignore[method-assign]
    trainer.run()
    assert isinstance(trainer.stopped, KeyboardInterrupt) and trainer.kept.epoch == 1
    with pytest.raises(RuntimeError, match="only the kept parameters are whole"):
        trainer.state()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["analytic", "compiled", "autograd"])
def test_arrays_of_any_width_are_trained_on(name: str, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(90, 37)).astype(dtype)
    y = (x[:, 0] > 0).astype(np.int64)
    config = dataclasses.replace(BASE, epochs=20, lr=0.05)

    def make() -> Trainer:
        return Trainer(config, Order(config, 2, y), Arrays(x, y), Arrays(x, y), step_name=name)

    trainer, again = make(), make()
    trainer.run(until=100)
    again.take_up(through_a_file(trainer.state()))
    trainer.run()
    again.run()
    assert trainer.step.parameters.flat.dtype == dtype
    assert trainer.kept.scores is not None and trainer.kept.scores.accuracy > 0.9
    assert end(trainer) == end(again)


@pytest.mark.parametrize(("keep", "kept"), [("last", 9), ("best", 2), ("late", 8)])
def test_which_epoch_is_kept(keep: str, kept: int) -> None:
    config = dataclasses.replace(BASE, keep=keep, epochs=9)
    found = Kept()
    for epoch, accuracy in enumerate((0.5, 0.9, 0.6, 0.6, 0.6, 0.85, 0.7, 0.8, 0.7), 1):
        scores: Any = SimpleNamespace(accuracy=accuracy)
        found.consider(config, epoch, np.full(3, epoch), scores, True)
        assert (
            found.epoch == epoch or keep != "late" or epoch > 6
        )  # until then the last one, if it is stopped
    assert found.epoch == kept
    assert found.parameters is not None and found.parameters[0] == kept
    assert found.scores is not None and found.scores.accuracy == (0.7 if keep == "last" else found.best)


def test_who_has_patience_compares_all_epochs() -> None:
    config, found = dataclasses.replace(BASE, keep="late", epochs=9, patience=3), Kept()
    for epoch in range(1, 5):
        scores: Any = SimpleNamespace(accuracy=1 / epoch)
        found.consider(config, epoch, np.zeros(3), scores, True)
        assert (found.epoch, found.disappointed) == (1, epoch - 1)
