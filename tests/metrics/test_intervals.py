"""Wilson's interval beside published figures, and beside what it is for: covering the true share."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from charmlp.metrics import wilson


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3 (Wilson without continuity).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_figures(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("right", "n"), [(0, 1), (1, 1), (375, 400), (9_999, 10_000), (3, 7)])
def test_scipys(right: int, n: int) -> None:
    interval = stats.binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert wilson(right, n) == pytest.approx((interval.low, interval.high), abs=1e-12)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@settings(deadline=None)
def test_it_holds_the_share_and_is_the_mirror_image_of_the_mistakes(case: tuple[int, int]) -> None:
    right, n = case
    low, high = wilson(right, n)
    assert 0 <= low <= right / n <= high <= 1
    assert (low == 0) == (right == 0) and (high == 1) == (right == n)
    other_low, other_high = wilson(n - right, n)
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high), abs=1e-12)


def test_its_ends_are_where_the_share_is_a_quantile_away() -> None:
    for end in wilson(93, 400):
        assert abs(93 / 400 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 400), rel=1e-6)


def test_no_answer_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_usual_interval_is_seen_to_be_another() -> None:
    """p ± z √(p(1 − p)/n) has no width where all is right: 20 of 20 would prove perfection."""
    assert wilson(20, 20)[0] == pytest.approx(0.8389, abs=5e-5) and wilson(20, 20)[0] != 1.0
