"""Calibration error beside scikit-learn's bins, temperature beside SciPy's minimum, chance beside chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.calibration import calibration_curve

from charmlp import calculus
from charmlp.metrics import calibrate, fit_temperature

Array = NDArray[np.float64]


def answers(seed: int, n: int, sharpen: float = 1.0) -> tuple[Array, NDArray[np.bool_]]:
    """Probabilities, and answers that are right as often as they say; `sharpen` makes liars of them."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0.3, 1, n)
    return truth ** (1 / sharpen), rng.random(n) < truth


def logits(seed: int, n: int, temperature: float, n_classes: int = 7) -> tuple[Array, NDArray[np.int64]]:
    """Logits of which softmax(z/T) is the distribution of the labels."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 3, (n, n_classes))
    shares = calculus.softmax(z).cumsum(axis=1)
    return z * temperature, (rng.random((n, 1)) > shares[:, :-1]).sum(axis=1)


class TestError:
    @pytest.mark.parametrize("seed", range(5))
    def test_of_scikit_learns_bins(self, seed: int) -> None:
        confidences, right = answers(seed, 500, sharpen=2)
        found = calibrate(confidences, right)
        accuracy, confidence = calibration_curve(right, confidences, n_bins=10, strategy="quantile")
        assert [bin.n for bin in found.bins] == [50] * 10
        assert np.allclose([bin.accuracy for bin in found.bins], accuracy)
        assert np.allclose([bin.confidence for bin in found.bins], confidence)
        assert found.error == pytest.approx(np.abs(accuracy - confidence).mean())

    def test_by_hand(self) -> None:
        """Two bins' worth: half sure and right half of the time; sure, and right four times of five."""
        found = calibrate(np.repeat([0.5, 1.0], 10), np.array([1, 0] * 5 + [1, 1, 1, 1, 0] * 2))
        assert found.error == pytest.approx(0.5 * 0 + 0.5 * 0.2)
        assert {(bin.confidence, round(bin.accuracy, 9)) for bin in found.bins} == {(0.5, 0.5), (1.0, 0.8)}

    @given(st.integers(1, 60), st.integers(0, 10**6))
    @settings(max_examples=30, deadline=None)
    def test_the_order_of_the_images_does_not_matter(self, n: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        confidences, right = rng.choice([0.2, 0.5, 0.5000001, 1.0], n), rng.random(n) < 0.5
        order = rng.permutation(n)
        one, other = calibrate(confidences, right), calibrate(confidences[order], right[order])
        assert one.error == pytest.approx(other.error, abs=1e-12) and one.by_chance == other.by_chance
        assert sum(bin.n for bin in one.bins) == n and max(bin.n for bin in one.bins) <= -(-n // 10)
        assert sum(bin.n * bin.accuracy for bin in one.bins) == pytest.approx(right.sum())
        assert 0 <= one.error <= 1

    def test_one_probability_for_all(self) -> None:
        """Sorted by class, the first bins of a careless program would hold the right ones alone."""
        found = calibrate(np.full(100, 0.25), np.arange(100) < 25)
        assert found.error == pytest.approx(0, abs=1e-12)

    @pytest.mark.parametrize(("right", "error"), [(True, 0.0), (False, 1.0)])
    def test_always_sure(self, right: bool, error: float) -> None:
        found = calibrate(np.ones(30), np.full(30, right))
        assert found.error == error and found.by_chance == 0


class TestByChance:
    def test_models_that_are_exactly_right_lie_there(self) -> None:
        found = [calibrate(*answers(seed, 400), seed=9) for seed in range(200)]
        errors = np.array([each.error for each in found])
        assert errors.mean() == pytest.approx(np.mean([each.by_chance for each in found]), rel=0.05)
        above = sum(each.error > each.by_chance_95 for each in found)
        assert 2 <= above <= 20  # of 200, of which 10 are expected

    def test_models_that_exaggerate_lie_above(self) -> None:
        found = calibrate(*answers(0, 400, sharpen=2))
        assert found.error > found.by_chance_95 > found.by_chance > 0

    def test_it_shrinks_with_the_root_of_the_number(self) -> None:
        few, many = (calibrate(*answers(0, n)).by_chance for n in (100, 10_000))
        assert few / many == pytest.approx(10, rel=0.25)

    def test_the_same_seed_gives_the_same(self) -> None:
        confidences, right = answers(0, 300)
        assert calibrate(confidences, right) == calibrate(confidences, right)
        assert calibrate(confidences, right, seed=1) != calibrate(confidences, right)


class TestTemperature:
    @pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
    @pytest.mark.parametrize("n", [60, 2000])
    def test_scipys_minimum(self, n: int, temperature: float) -> None:
        z, labels = logits(3, n, temperature)

        def objective(beta: float) -> float:
            loss = (logsumexp(beta * z, axis=1) - beta * z[np.arange(n), labels]).mean()
            return float(loss + (beta - np.log(beta)) / n)

        best = minimize_scalar(objective, bounds=(0.01, 100), method="bounded", options={"xatol": 1e-9})
        assert fit_temperature(z, labels) == pytest.approx(1 / best.x, rel=1e-5)

    @pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
    def test_what_was_done_to_the_logits_is_found(self, temperature: float) -> None:
        z, labels = logits(1, 5000, temperature)
        assert fit_temperature(z, labels) == pytest.approx(temperature, rel=0.05)
        scaled = calculus.softmax(z / fit_temperature(z, labels))
        found = calibrate(scaled.max(axis=1), scaled.argmax(axis=1) == labels)
        assert found.error <= found.by_chance_95

    def test_the_prior_is_worth_one_image(self) -> None:
        z, labels = logits(1, 2000, 2.0)
        pure = minimize_scalar(
            lambda beta: (logsumexp(beta * z, axis=1) - beta * z[np.arange(2000), labels]).mean(),
            bounds=(0.01, 100), method="bounded", options={"xatol": 1e-9},
        )  # fmt: skip
        assert fit_temperature(z, labels) == pytest.approx(1 / pure.x, rel=2e-3)

    def test_all_right_is_no_certainty(self) -> None:
        """Without the prior there is no minimum: the smaller T, the better."""
        for n, least, most in ((3, 0.8, 1.0), (400, 0.1, 0.9)):
            z = 8 * np.eye(4)[np.arange(n) % 4]
            assert least < fit_temperature(z, np.arange(n) % 4) < most

    def test_guesses_are_told_as_guesses(self) -> None:
        rng = np.random.default_rng(0)
        z, labels = rng.normal(0, 10, (500, 5)), rng.integers(0, 5, 500)
        temperature = fit_temperature(z, labels)
        assert 10 < temperature <= 100
        assert calculus.softmax(z / temperature).max(axis=1).mean() < 0.5

    @given(st.integers(1, 40), st.floats(1e-6, 1e30), st.integers(0, 10**6))
    @settings(max_examples=50, deadline=None)
    def test_whatever_comes_it_is_a_sane_number(self, n: int, scale: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        z, labels = (rng.normal(0, scale, (n, 3))).astype(np.float32), rng.integers(0, 3, n)
        with np.errstate(all="raise", under="ignore"):
            assert 0.01 <= fit_temperature(z, labels) <= 100

    def test_nothing_to_fit(self) -> None:
        assert fit_temperature(np.zeros((0, 3)), np.zeros(0, int)) == 1
        assert fit_temperature(np.array([[np.inf, 0]]), np.array([0])) == 1
        assert (
            fit_temperature(np.zeros((9, 3)), np.zeros(9, int)) == 1
        )  # no logit differs: only the prior speaks
