"""Which examples come in which batch of which epoch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from charmlp.config import TrainingConfig
from charmlp.training.order import Order


def order(config: TrainingConfig, n: int, rendered: int = 0) -> Order:
    """Of examples in three classes that take turns."""
    return Order(config, 3, np.arange(n) % 3, np.arange(rendered) % 3 if rendered else None)


def test_an_epoch_shows_every_example_once_in_a_new_order() -> None:
    shown = order(TrainingConfig(batch_size=4), 50)
    first, second = shown.epoch(1).tolist(), shown.epoch(2).tolist()
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert first != list(range(50))


@pytest.mark.parametrize("sampling", ["shuffle", "balanced"])
@pytest.mark.parametrize("synth_ratio", [0.0, 0.75])
def test_an_epoch_is_drawn_by_its_number(sampling: str, synth_ratio: float) -> None:
    config = TrainingConfig(sampling=sampling, synth_ratio=synth_ratio)
    through = order(config, 50, 30)
    in_turn = [through.epoch(number).tolist() for number in range(1, 8)]
    assert order(config, 50, 30).epoch(7).tolist() == in_turn[6]
    assert through.epoch(3).tolist() == in_turn[2]
    other = dataclasses.replace(config, seed=config.seed + 1)
    assert order(other, 50, 30).epoch(7).tolist() != in_turn[6]


def test_each_batch_holds_its_share_of_rendered_letters() -> None:
    shown = order(TrainingConfig(batch_size=8, synth_ratio=0.75), 20, 100)
    numbers = shown.epoch(1)
    assert shown.updates == 10 and len(numbers) == len(shown) == 20 + 10 * 6
    assert sorted(n for n in numbers if n < 20) == list(range(20))
    for i in range(10):
        assert sum(n >= 20 for n in numbers[8 * i : 8 * i + 8]) == 6


def test_the_last_batch_may_be_smaller() -> None:
    shown = order(TrainingConfig(batch_size=8, synth_ratio=0.5), 21, 100)
    last = shown.epoch(1)[40:]
    assert len(last) == 1 + 4 and sum(n >= 21 for n in last) == 4
    alone = order(TrainingConfig(batch_size=64, synth_ratio=0.5), 3, 100)
    assert alone.updates == 1 and alone.batch_size == len(alone.epoch(1)) == 3 + alone.rendered_per_batch


def test_rendered_letters_all_come_before_any_comes_again() -> None:
    shown = order(TrainingConfig(batch_size=8, synth_ratio=0.75), 20, 100)
    drawn = [
        n for epoch in range(1, 6) for n in shown.epoch(epoch).tolist() if n >= 20
    ]  # three rounds of 100
    for start in (0, 100, 200):
        assert sorted(drawn[start : start + 100]) == list(range(20, 120))
    assert drawn[:100] != drawn[100:200]


def test_balanced_sampling_draws_classes_alike() -> None:
    labels = np.repeat([0, 1], [90, 10])
    shown = Order(TrainingConfig(sampling="balanced"), 2, labels)
    drawn = np.concatenate([shown.epoch(number) for number in range(50)])
    assert labels[drawn].mean() == pytest.approx(0.5, abs=0.02)


def test_class_weights_make_every_class_weigh_the_same() -> None:
    labels = np.repeat([0, 1], [90, 10])
    alone = Order(TrainingConfig(batch_size=10), 3, labels).class_weights()
    assert alone == pytest.approx([100 / (3 * 90), 100 / (3 * 10), 100 / 3])  # no C: as if there were one
    drawn = Order(TrainingConfig(batch_size=10, sampling="balanced"), 3, labels).class_weights()
    assert drawn[0] == drawn[1]
    # Half of each batch is rendered, a third of that each class: 90 + 33, 10 + 33 and 33 of 200.
    mixed = Order(TrainingConfig(batch_size=10, synth_ratio=0.5), 3, labels, np.arange(300) % 3)
    counts = np.array([90, 10, 0]) + 100 / 3
    assert mixed.class_weights() == pytest.approx(200 / (3 * counts))
    assert (counts * mixed.class_weights()).sum() == pytest.approx(len(mixed))


def test_many_photographs_take_fewer_rendered_letters() -> None:
    assert order(TrainingConfig(batch_size=8, synth_ratio=0.75), 60, 20).rendered_per_batch == 2
