"""Accuracy over coverage: each point counted again, and the advised threshold used as it is written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charmlp.metrics import measure_coverage

CONFIDENCES = st.lists(
    st.sampled_from([0.1, 0.25, 0.3, 0.300001, 0.75, 0.9999998, 0.99999991, 1.0]), min_size=1, max_size=40
)


@given(CONFIDENCES, st.integers(0, 2**40 - 1), st.floats(0, 1))
@settings(deadline=None)
def test_every_threshold_counted_again(values: list[float], bits: int, reject: float) -> None:
    confidences = np.array(values)
    right = np.array([bits >> place & 1 for place in range(len(values))], bool)
    curve = measure_coverage(confidences, right)
    for threshold in (reject, *values):
        answered = curve.at(threshold)
        kept = confidences >= threshold
        assert (answered.n, answered.right) == (kept.sum(), right[kept].sum())
        assert answered.coverage == kept.mean()
        assert answered.accuracy == (right[kept].mean() if kept.any() else None)
    assert np.array_equal(curve.shares, [(confidences >= t).mean() for t in curve.thresholds])
    assert np.allclose(curve.accuracies, [right[confidences >= t].mean() for t in curve.thresholds])


@given(CONFIDENCES, st.integers(0, 2**40 - 1), st.sampled_from([0.0, 0.5, 0.9, 1.0]))
@settings(deadline=None)
def test_the_advice_is_the_most_answers_that_are_right_enough(
    values: list[float], bits: int, target: float
) -> None:
    confidences = np.array(values)
    right = np.array([bits >> place & 1 for place in range(len(values))], bool)
    kept = [confidences >= threshold for threshold in (0, *values)]
    good = [each.sum() for each in kept if right[each].mean() >= target]
    found = measure_coverage(confidences, right).reaching(target)
    assert (found is None) == (not good)
    if found is not None:
        asked = confidences >= float(f"{found.reject:.15g}")  # as it is printed, and typed again
        assert found.n == max(good) == asked.sum() and found.right == right[asked].sum()
        assert found.accuracy is not None and found.accuracy >= target


def test_by_hand() -> None:
    curve = measure_coverage(np.array([0.9, 0.6, 0.8123, 0.3]), np.array([True, False, True, True]))
    assert curve.thresholds.tolist() == [0.9, 0.8123, 0.6, 0.3] and curve.right.tolist() == [1, 2, 2, 3]
    found = curve.reaching(0.9)
    assert found is not None and (found.reject, found.n, found.accuracy) == (0.8, 2, 1.0)
    everything = curve.reaching(0.7)
    assert everything is not None and (everything.reject, everything.coverage) == (0.0, 1.0)
    assert curve.at(0.95).accuracy is None and curve.at(0.95).interval == (0.0, 1.0)


def test_what_cannot_be_reached() -> None:
    assert measure_coverage(np.array([0.9, 0.5]), np.array([False, True])).reaching(0.9) is None


@pytest.mark.parametrize("right", [True, False])
def test_all_of_one_probability(right: bool) -> None:
    curve = measure_coverage(np.full(5, 0.5), np.full(5, right))
    assert len(curve.thresholds) == 1 and curve.at(0.5).n == 5 and curve.at(0.51).n == 0
    assert (curve.reaching(0.5) is None) == (not right)
