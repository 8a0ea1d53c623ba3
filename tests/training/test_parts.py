"""Parameters, schedules and masks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from charmlp.config import TrainingConfig
from charmlp.training.schedule import average_decay, learning_rates
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.parameters import Parameters


def test_parameters_are_views_of_one_buffer() -> None:
    parameters = Parameters.initial((6, 4, 3), np.random.default_rng(0))
    assert parameters.flat.size == 6 * 4 + 4 + 4 * 3 + 3
    parameters.flat[:] = 7
    assert all((view == 7).all() for view in parameters.weights + parameters.biases)
    twin = parameters.copy()
    twin.flat[:] = 0
    assert (parameters.flat == 7).all()


def test_the_start_has_torchs_distribution() -> None:
    weight = Parameters.initial((400, 300), np.random.default_rng(0)).weights[0]
    assert np.abs(weight).max() <= 1 / 20
    assert weight.std() == pytest.approx(1 / 20 / np.sqrt(3), rel=0.02)


def test_learning_rates() -> None:
    config = TrainingConfig(lr=2.0)
    assert (learning_rates(config, 3, 4, 10) == 2.0).all()
    cosine = learning_rates(dataclasses.replace(config, schedule="cosine", warmup=0.2), 0, 1000, 1000)
    assert cosine[:200] == pytest.approx(2 * (np.arange(200) + 0.5) / 200)
    assert (np.diff(cosine[200:]) < 0).all()
    assert cosine[600] == pytest.approx(1.0, abs=0.01)
    assert cosine[-1] == pytest.approx(0, abs=1e-4)
    parts = [learning_rates(dataclasses.replace(config, schedule="cosine"), s, 100, 1000) for s in (0, 100)]
    whole = learning_rates(dataclasses.replace(config, schedule="cosine"), 0, 200, 1000)
    assert np.array_equal(np.concatenate(parts), whole)


def test_the_average_forgets_its_start() -> None:
    config = TrainingConfig(ema_decay=0.999)
    assert average_decay(config, 1) < 0.2
    assert average_decay(config, 10**6) == 0.999


def test_dropout_keeps_the_mean() -> None:
    dropout = Dropout(TrainingConfig(hidden_size=(4,), dropout=0.3), (500, 4, 2))
    assert dropout.dropped == [0, 77] and dropout.columns == [0, 0] and dropout.width == 8  # whole words
    dropout = Dropout(TrainingConfig(hidden_size=(4,), input_dropout=0.3), (500, 4, 2))
    x = np.ones((1000, 500), np.float32)
    y = dropout.drop(x, dropout.draw(np.random.default_rng(0), 1000), 0, out=np.empty_like(x))
    assert y.dtype == np.float32
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert y.mean() == pytest.approx(1, abs=0.005)
    assert dropout.drop(x, np.empty((1000, 500), np.uint8), 1, out=None) is x


def test_the_masks_of_an_image_are_drawn_by_its_place() -> None:
    dropout = Dropout(TrainingConfig(hidden_size=(5,), dropout=0.3, input_dropout=0.1), (13, 5, 2))
    whole = dropout.draw(dropout.masks(7, epoch=3, image=0), 50)
    assert whole.shape == (50, 24)
    later = dropout.masks(7, epoch=3, image=21)
    assert np.array_equal(np.concatenate([dropout.draw(later, 9), dropout.draw(later, 20)]), whole[21:])
    assert not np.array_equal(dropout.draw(dropout.masks(7, epoch=4, image=21), 29), whole[21:])
