"""The validation set that is held out by seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from charmlp.letters.splits import hold_out


def made(sizes: list[int]) -> tuple[list[str], NDArray[np.int64]]:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return [f"{index:05}.png" for index in range(len(labels))], labels


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(0, 2**32))
def test_shares(sizes: list[int], seed: int) -> None:
    names, labels = made(sizes)
    held_out = np.bincount(labels[hold_out(names, labels, seed)], minlength=len(sizes))
    exact = np.where(np.array(sizes) > 1, 0.15 * np.array(sizes), 0)
    assert np.all(np.abs(held_out - exact) <= 1)  # stratified
    assert np.all(held_out[np.array(sizes) > 0] < np.array(sizes)[np.array(sizes) > 0])  # each class trains
    assert abs(held_out.sum() - exact.sum()) <= 1


@pytest.mark.parametrize("size", [20, 100, 1200])
def test_between_ten_and_twenty_percent(size: int) -> None:
    names, labels = made([size // 10] * 10)
    assert 0.1 <= hold_out(names, labels, 2021).mean() <= 0.2


def test_two_images_of_a_class_are_enough_and_one_is_not() -> None:
    assert hold_out(*made([2]), seed=0).sum() == 1
    assert not hold_out(*made([1, 1, 1]), seed=0).any()
    assert len(hold_out([], np.zeros(0, np.int64), seed=0)) == 0


def test_the_choice_does_not_depend_on_the_order() -> None:
    names, labels = made([30, 7, 1, 12])
    order = np.random.default_rng(3).permutation(len(names))
    chosen = {name for name, held in zip(names, hold_out(names, labels, 5), strict=True) if held}
    mixed = [names[index] for index in order]
    again = {name for name, held in zip(mixed, hold_out(mixed, labels[order], 5), strict=True) if held}
    assert chosen == again


def test_the_choice_depends_on_the_seed() -> None:
    names, labels = made([30, 30])
    assert np.array_equal(hold_out(names, labels, 1), hold_out(names, labels, 1))
    assert not np.array_equal(hold_out(names, labels, 1), hold_out(names, labels, 2))
