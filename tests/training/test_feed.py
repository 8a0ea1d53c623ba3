"""What comes behind the numbers of an order: pictures or plain arrays, chunk by chunk."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from charmlp.config import TrainingConfig
from charmlp.images import to_inputs
from charmlp.letters.letterset import LetterSet
from charmlp.training import feed as feed_module
from charmlp.training.feed import Arrays, Chunks, Pictures, SparseRows
from charmlp.training.order import Order


def letters(n: int, first: int = 0) -> LetterSet:
    """Images 2×2 whose grey value is their number."""
    images = np.repeat(np.arange(first, first + n, dtype=np.uint8), 4).reshape(n, 2, 2)
    return LetterSet(images, np.arange(n) % 3, ("A", "B", "C"), tuple(map(str, range(n))))


def chunks(config: TrainingConfig, own: LetterSet, rendered: LetterSet | None = None) -> Chunks:
    order = Order(config, 3, own.labels, None if rendered is None else rendered.labels)
    return Chunks(config, order, Pictures(config.preprocessing, own, rendered))


def test_labels_stay_with_their_images() -> None:
    found = chunks(TrainingConfig(batch_size=8, synth_ratio=0.5), letters(21), letters(30, first=120))
    for number in range(found.count):
        inputs, labels, _ = found.take(1, number)
        values = np.rint((inputs[:, 0] + 1) * 127.5).astype(int)
        assert (labels == np.where(values < 120, values, values - 120) % 3).all()


def test_the_chunks_of_an_epoch_are_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "CHUNK_BYTES", 2 * 4 * 4 * 3 + 1)  # three batches of two
    found = chunks(TrainingConfig(batch_size=2), letters(25))
    assert (found.updates, found.count) == (3, 5)
    sizes, values = [], []
    for number in range(found.count):
        inputs = found.take(2, number)[0]
        sizes.append(len(inputs))
        values += np.rint((inputs[:, 0] + 1) * 127.5).astype(int).tolist()
    assert sizes == [6, 6, 6, 6, 1] and values == found.order.epoch(2).tolist()


def test_a_chunk_is_changed_by_its_place_alone() -> None:
    rng = np.random.default_rng(0)
    own = dataclasses.replace(letters(40), images=rng.integers(0, 256, (40, 12, 12), np.uint8))
    config = TrainingConfig(augment=True)
    first = chunks(config, own).take(1, 0)[0].copy()
    found = chunks(config, own)
    later = found.take(2, 0)[0].copy()
    assert np.array_equal(found.take(1, 0)[0], first)
    plain = chunks(dataclasses.replace(config, augment=False), own).take(1, 0)[0]
    assert not np.array_equal(first, later) and not np.array_equal(first, plain)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_are_fed_as_they_are(dtype: Any) -> None:
    inputs = np.random.default_rng(0).normal(size=(30, 7)).astype(dtype)
    feed = Arrays(inputs, np.arange(30) % 3)
    taken = feed.take(np.array([3, 3, 29]))
    assert taken.dtype == dtype and np.array_equal(taken, inputs[[3, 3, 29]])
    assert np.array_equal(feed.take(np.array([5])), inputs[[5]])


def test_sparse_rows_are_the_same_numbers() -> None:
    inputs = np.random.default_rng(0).normal(size=(30, 7)) * (np.arange(7) % 3 == 0)
    numbers, part = np.array([5, 3, 3, 29]), slice(1, 3)
    dense, sparse = Arrays(inputs, np.zeros(30)), SparseRows(csr_array(inputs), np.zeros(30))
    assert (sparse.width, sparse.dtype) == (dense.width, dense.dtype)
    assert np.array_equal(sparse.take(numbers, part), dense.take(numbers, part))


def test_weights_stay_with_their_examples() -> None:
    inputs = np.arange(30.0).reshape(30, 1)
    config = TrainingConfig(batch_size=4)
    feed = Arrays(inputs, np.arange(30) % 3, weights=np.arange(30.0) + 100)
    taken, _, weights = Chunks(config, Order(config, 3, feed.labels), feed).take(2, 0, 1, 3)
    assert weights is not None and np.array_equal(weights, taken[:, 0] + 100) and len(weights) == 8


@pytest.mark.parametrize("augment", [False, True])
def test_a_part_of_a_chunk_is_what_it_is_in_the_whole(augment: bool) -> None:
    rng = np.random.default_rng(0)
    own = dataclasses.replace(letters(43), images=rng.integers(0, 256, (43, 12, 12), np.uint8))
    config = TrainingConfig(augment=augment, batch_size=4)
    whole, labels, _ = chunks(config, own).take(3, 0)
    for first, stop in ((0, 2), (2, 7), (7, 11), (0, 11)):
        part, some, _ = chunks(config, own).take(3, 0, first, stop)
        assert np.array_equal(part, whole[4 * first : 4 * stop]) and len(part) == len(some)
        assert np.array_equal(some, labels[4 * first : 4 * stop])


@pytest.mark.parametrize("inputs", [np.zeros((4, 2, 2)), np.zeros((4, 2), int), np.zeros((3, 2))])
def test_arrays_of_another_form_are_refused(inputs: Any) -> None:
    with pytest.raises(ValueError, match="inputs must be floats N×D with N labels"):
        Arrays(inputs, np.zeros(4, int))


def test_pictures_are_what_to_inputs_makes_of_them() -> None:
    own = letters(9)
    taken = Pictures("standardize", own).take(np.arange(4, 9))
    assert np.array_equal(taken, to_inputs(own.images[4:], "standardize"))
