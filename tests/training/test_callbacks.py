"""What callbacks hear, and how they stop a training."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from charmlp.config import TrainingConfig
from charmlp.training.callbacks import Callback, Callbacks, StopTraining
from charmlp.training.feed import Arrays
from charmlp.training.order import Order
from charmlp.training.state import Epoch
from charmlp.training.trainer import Trainer

CONFIG = TrainingConfig(hidden_size=(4,), batch_size=8, epochs=3, lr=1e-2)


class Listener(Callback):
    """Notes what it hears; stops the training behind an epoch, or after the updates of a chunk."""

    def __init__(self, last_epoch: int = 0, last_update: int = 0) -> None:
        self.heard: list[object] = []
        self.last_epoch, self.last_update = last_epoch, last_update

    def training_begins(self, training: Trainer) -> None:
        self.heard.append(f"begins {training.updates}/{training.total_updates}")

    def updates_done(self, training: Trainer) -> None:
        self.heard.append(training.updates)
        if self.last_update and training.updates >= self.last_update:
            raise StopTraining

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        assert training.history[-1] is epoch
        self.heard.append(f"epoch {epoch.epoch}/{training.config.epochs}")
        if epoch.epoch == self.last_epoch:
            raise StopTraining

    def training_ends(self, training: Trainer) -> None:
        self.heard.append("ends")


def make_trainer(*callbacks: Callback, config: TrainingConfig = CONFIG) -> Trainer:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 6)), rng.integers(0, 3, 50)
    return Trainer(config, Order(config, 3, y), Arrays(x, y), callbacks=Callbacks(callbacks))


def test_every_callback_hears_everything() -> None:
    listeners = Listener(), Listener()
    make_trainer(*listeners).run()
    whole = ["begins 0/21", 7, "epoch 1/3", 14, "epoch 2/3", 21, "epoch 3/3", "ends"]
    assert listeners[0].heard == listeners[1].heard == whole


def test_a_callback_stops_training_behind_an_epoch() -> None:
    trainer = make_trainer(listener := Listener(last_epoch=2))
    trainer.run()
    assert isinstance(trainer.stopped, StopTraining) and trainer.kept.epoch == 2
    assert listener.heard[-2:] == ["epoch 2/3", "ends"]


def test_stopped_within_an_epoch_the_one_before_is_kept() -> None:
    trainer = make_trainer(Listener(last_update=14))
    trainer.run()
    assert trainer.kept.epoch == 1 and trainer.updates == 14
    going_on = make_trainer()
    going_on.take_up(trainer.state())
    going_on.run()
    whole = make_trainer()
    whole.run()
    assert np.array_equal(going_on.step.parameters.flat, whole.step.parameters.flat)


def test_stopped_before_anything_is_kept_the_caller_hears_of_it() -> None:
    listener = Listener(last_update=1)
    with pytest.raises(StopTraining):
        make_trainer(listener).run()
    assert listener.heard == ["begins 0/21", 7, "ends"]


def test_an_error_reaches_the_caller_and_training_ends_all_the_same() -> None:
    class Fails(Callback):
        def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        make_trainer(listener := Listener(), Fails()).run()
    assert listener.heard[-1] == "ends"


def test_a_listener_changes_nothing() -> None:
    config = dataclasses.replace(CONFIG, dropout=0.3)
    heard, silent = make_trainer(Listener(), config=config), make_trainer(config=config)
    heard.run()
    silent.run()
    assert np.array_equal(heard.step.parameters.flat, silent.step.parameters.flat)
