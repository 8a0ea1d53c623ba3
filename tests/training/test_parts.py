"""Parameters, schedules, masks and the order of images."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from charmlp.config import TrainingConfig
from charmlp.letters.letterset import LetterSet
from charmlp.training.dropout import Dropout
from charmlp.training.epochs import Epochs
from charmlp.training.parameters import Parameters
from charmlp.training.schedule import average_decay, learning_rates


def letters(n: int, first: int = 0, n_classes: int = 3) -> LetterSet:
    """Images 2×2 whose grey value is their number."""
    images = np.repeat(np.arange(first, first + n, dtype=np.uint8), 4).reshape(n, 2, 2)
    classes = tuple("ABC"[:n_classes])
    return LetterSet(images, np.arange(n) % n_classes, classes, tuple(map(str, range(n))))


def seen(epochs: Epochs, order: np.random.Generator) -> list[int]:
    """The numbers of the images of one epoch, in order."""
    chunks = [inputs.copy() for inputs, _ in epochs.chunks(order, np.random.default_rng(0))]
    return [round(float(value)) for value in (np.concatenate(chunks)[:, 0] + 1) * 127.5]


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
    assert dropout.dropped == [0, 77] and dropout.columns == [0, 0] and dropout.width == 4
    dropout = Dropout(TrainingConfig(hidden_size=(4,), input_dropout=0.3), (500, 4, 2))
    x = np.ones((1000, 500), np.float32)
    y = dropout.drop(x, dropout.draw(np.random.default_rng(0), 1000), 0, out=np.empty_like(x))
    assert y.dtype == np.float32
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert y.mean() == pytest.approx(1, abs=0.005)
    assert dropout.drop(x, np.empty((1000, 500), np.uint8), 1, out=None) is x


def test_an_epoch_shows_every_image_once_in_a_new_order() -> None:
    epochs = Epochs(TrainingConfig(batch_size=4), letters(50))
    order = np.random.default_rng(0)
    first, second = seen(epochs, order), seen(epochs, order)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert first != list(range(50))


def test_the_same_seed_gives_the_same_order() -> None:
    runs = [seen(Epochs(TrainingConfig(), letters(50)), np.random.default_rng(5)) for _ in range(2)]
    assert runs[0] == runs[1]


def test_each_batch_holds_its_share_of_rendered_letters() -> None:
    config = TrainingConfig(batch_size=8, synth_ratio=0.75)
    epochs = Epochs(config, letters(20), letters(100, first=100))
    order = np.random.default_rng(0)
    numbers = seen(epochs, order)
    assert len(numbers) == len(epochs) == 20 + 10 * 6
    assert sorted(n for n in numbers if n < 100) == list(range(20))
    for i in range(10):
        assert sum(n >= 100 for n in numbers[8 * i : 8 * i + 8]) == 6
    second = seen(epochs, order)
    assert len({n for n in numbers + second if n >= 100}) == 100  # all of them before any comes again


def test_labels_stay_with_their_images() -> None:
    epochs = Epochs(TrainingConfig(batch_size=8, synth_ratio=0.5), letters(21), letters(30, first=120))
    for inputs, labels in epochs.chunks(np.random.default_rng(0), np.random.default_rng(0)):
        numbers = np.rint((inputs[:, 0] + 1) * 127.5).astype(int)
        assert (labels == np.where(numbers < 120, numbers, numbers - 120) % 3).all()


def test_balanced_sampling_and_weights() -> None:
    uneven = LetterSet(np.zeros((100, 1, 1), np.uint8), np.repeat([0, 1], [90, 10]), ("A", "B"), ("",) * 100)
    epochs = Epochs(TrainingConfig(sampling="balanced"), uneven)
    drawn = np.concatenate([epochs.training_order(np.random.default_rng(seed)) for seed in range(50)])
    assert uneven.labels[drawn].mean() == pytest.approx(0.5, abs=0.02)


def test_class_weights_make_every_class_weigh_the_same() -> None:
    labels = np.repeat([0, 1], [90, 10])
    uneven = LetterSet(np.zeros((100, 1, 1), np.uint8), labels, ("A", "B", "C"), ("",) * 100)
    alone = Epochs(TrainingConfig(batch_size=10), uneven).class_weights()
    assert alone == pytest.approx([100 / (3 * 90), 100 / (3 * 10), 100 / 3])  # no C: as if there were one
    drawn = Epochs(TrainingConfig(batch_size=10, sampling="balanced"), uneven).class_weights()
    assert drawn[0] == drawn[1]
    # Half of each batch is rendered, a third of that each class: 90 + 33, 10 + 33 and 33 of 200.
    even = LetterSet(np.zeros((300, 1, 1), np.uint8), np.arange(300) % 3, ("A", "B", "C"), ("",) * 300)
    mixed = Epochs(TrainingConfig(batch_size=10, synth_ratio=0.5), uneven, even)
    counts = np.array([90, 10, 0]) + 100 / 3
    assert mixed.class_weights() == pytest.approx(200 / (3 * counts))
    assert (counts * mixed.class_weights()).sum() == pytest.approx(len(mixed))


def test_many_photographs_take_fewer_rendered_letters() -> None:
    epochs = Epochs(TrainingConfig(batch_size=8, synth_ratio=0.75), letters(60), letters(20, first=100))
    assert epochs.rendered_per_batch == 2
