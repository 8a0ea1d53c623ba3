"""Whether a difference is more than luck: against SciPy, and how often it is said to be."""

from __future__ import annotations

import itertools
import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from charmlp.evaluation.comparison import (
    LEVEL,
    Luck,
    Pair,
    Readings,
    compare_readings,
    holm,
    mcnemar,
    seed_variance,
    signed_sums,
    student_above,
)

BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "comparing.py"))
simulate, one_by_one = BENCHMARK["simulate"], BENCHMARK["one_by_one"]


def readings(*rows: str) -> Readings:
    """`1` is read right, `0` is misread."""
    return np.array([[sign == "1" for sign in row] for row in rows])


@pytest.mark.parametrize(
    ("only_a", "only_b"), [(0, 0), (1, 0), (3, 3), (0, 5), (6, 0), (12, 5), (400, 300), (5000, 4800)]
)
def test_mcnemar(only_a: int, only_b: int) -> None:
    expected = stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    assert mcnemar(only_a, only_b) == pytest.approx(expected, rel=1e-9)
    assert mcnemar(only_a, only_b) == mcnemar(only_b, only_a)


def test_a_pair_of_runs() -> None:
    a, b = readings("1" * 12 + "0" * 5 + "1" * 83), readings("0" * 12 + "1" * 5 + "1" * 83)
    pair = compare_readings(a, b)
    assert (pair.only_a, pair.only_b) == (12, 5) and pair.difference == pytest.approx(0.07)
    assert pair.p == pytest.approx(0.14346313)
    other = compare_readings(b, a)
    assert other == Pair(-pair.difference, pair.only_b, pair.only_a, pair.p, other.detectable)
    assert compare_readings(a, a).p == 1


@pytest.mark.parametrize("seed", range(3))
def test_for_one_run_each_seeds_change_nothing(seed: int) -> None:
    """The extension to seeds is McNemar's test; also where every seed is the same run again."""
    a, b = simulate(np.random.default_rng(seed), 300, 1, harder=1.0)
    p = compare_readings(a, b).p
    assert Luck.of(a, b).exceeds(abs(float(a.mean() - b.mean()))) == pytest.approx(p)
    copied = compare_readings(np.repeat(a, 4, axis=0), np.repeat(b, 3, axis=0))
    assert copied.p == pytest.approx(p)
    wrong = one_by_one(np.repeat(a, 4, axis=0), np.repeat(b, 4, axis=0))  # the control
    assert wrong < p / 2


def test_every_choice_of_signs_is_counted() -> None:
    units = np.array([3, 1, 0, 2, 2, 1, 5])
    sums = [sum(signs) for signs in itertools.product(*((-unit, unit) for unit in units))]
    chances, widened = signed_sums(units)
    assert widened == 1 and len(chances) == 2 * 14 + 1
    expected = [sums.count(value) / len(sums) for value in range(-14, 15)]
    np.testing.assert_allclose(chances, expected, atol=1e-15)
    np.testing.assert_array_equal(signed_sums(np.zeros(4, np.int64))[0], [1.0])


def test_very_many_steps_are_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    a, b = simulate(rng, 4000, 5, harder=0.07)
    exact = compare_readings(a, b).p
    monkeypatch.setitem(Luck.of.__func__.__globals__, "MOST_STEPS", 1000)  # type: ignore[attr-defined]
    assert 0.01 < exact < 0.9
    assert compare_readings(a, b).p == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 18, 38])
def test_student(freedom: int) -> None:
    t = np.linspace(-8, 8, 33)
    np.testing.assert_allclose(student_above(t, freedom), stats.t.sf(t, freedom), atol=1e-13)


def test_the_variance_that_seeds_add() -> None:
    """By simulation: with and without luck of seeds that images do not explain."""
    rng = np.random.default_rng(3)
    found = {}
    for lucky in (0.0, 0.3):
        pairs = [simulate(rng, 400, 4, lucky=lucky) for _ in range(200)]
        found[lucky] = np.mean([seed_variance(a, b) for a, b in pairs])
    many = [simulate(rng, 20_000, 1, lucky=0.3)[0].mean() for _ in range(200)]
    true = np.var(many, ddof=1) * (1 / 4 + 1 / 4)
    assert found[0.3] == pytest.approx(true, rel=0.35)
    assert found[0.0] < found[0.3] / 5


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])  # Holm's procedure
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0]) and holm([0.2]) == [0.2] and holm([]) == []


SCENES = [  # images, seeds, their luck, what settings find easy
    (400, 3, 0.0, 0.0), (400, 5, 0.0, 0.0), (400, 10, 0.0, 0.0), (400, 10, 0.0, 2.0), (4000, 5, 0.2, 0.0),
]  # fmt: skip


def shown(
    test: Callable[[Readings, Readings], float], n: int, seeds: int, lucky: float, other: float, harder: float
) -> int:
    """Of 50 comparisons, those that show a difference."""
    rng = np.random.default_rng(7)
    pairs = [simulate(rng, n, seeds, lucky=lucky, other=other, harder=harder) for _ in range(50)]
    return sum(test(a, b) < LEVEL for a, b in pairs)


def p_of(a: Readings, b: Readings) -> float:
    return compare_readings(a, b).p


@pytest.mark.parametrize("scene", SCENES)
def test_a_setting_differs_from_itself_as_seldom_as_is_said(scene: tuple[int, int, float, float]) -> None:
    assert shown(p_of, *scene, harder=0.0) <= 6


@pytest.mark.parametrize("scene", SCENES)
def test_five_points_are_shown(scene: tuple[int, int, float, float]) -> None:
    assert shown(p_of, *scene, harder=BENCHMARK["FIVE_POINTS"]) >= 45


@pytest.mark.parametrize("scene", [SCENES[3], SCENES[4]])
def test_seeds_as_so_many_images_show_what_is_not_there(scene: tuple[int, int, float, float]) -> None:
    """The negative control: what `compare_readings` must not do."""
    assert shown(one_by_one, *scene, harder=0.0) > 6


def test_the_difference_that_would_be_shown() -> None:
    """Of settings that differ by it, some four in five are shown to differ."""
    rng = np.random.default_rng(5)
    pair = compare_readings(*simulate(rng, 400, 5))
    for factor, least, most in ((1.0, 30, 50), (0.3, 0, 20)):
        count = 0
        for _ in range(50):
            a, b = simulate(rng, 400, 5)
            spoilt = rng.random(b.shape[1]) < factor * pair.detectable / b.mean()
            count += compare_readings(a, b & ~spoilt).p < LEVEL
        assert least <= count <= most, (factor, count)


def test_few_images_show_little() -> None:
    pair = compare_readings(readings("11111"), readings("00000"))
    assert pair.p == 0.0625 and pair.detectable == 1
    single = compare_readings(readings("1", "1"), readings("0", "0"))
    assert single.p == 1
