"""Reliability diagram, and accuracy over coverage."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.marks import Dots, Line
from charmlp.evaluation.pictures.calibration import (
    LEFT,
    SIDE,
    TOP,
    accuracy_over_coverage,
    chance_band,
    reliability,
    tens_below,
)
from charmlp.metrics import calibrate, measure_coverage


def letters(n: int, quality: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and answers that are right with a share of each."""
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.3, 1, n)
    return sure, rng.random(n) < quality * sure


def places(canvas: Canvas) -> np.ndarray:
    return np.concatenate([mark.points for mark in canvas.marks if isinstance(mark, Dots)])


def outside_band(canvas: Canvas) -> int:
    """Dots on white rather than on the grey of chance: looked at beside each dot."""
    band = (0xE4, 0xE4, 0xE4)
    picture = canvas.picture
    ground = [
        [picture.getpixel((int(x) + dx, int(y))) for dx in (-14, -12, 12, 14)] for x, y in places(canvas)
    ]
    return sum(band not in pixels for pixels in ground)


def test_an_honest_model_lies_in_the_band_and_a_boastful_one_does_not() -> None:
    honest = reliability(calibrate(*letters(3000, 1.0)))
    boastful = reliability(calibrate(*letters(3000, 0.6)))
    assert len(places(honest)) == 10
    assert outside_band(honest) <= 2 and outside_band(boastful) >= 8


def test_dots_are_shares_over_probabilities() -> None:
    calibration = calibrate(*letters(500, 0.8))
    canvas = reliability(calibration)
    low = tens_below(100 * min(min(each.confidence, each.interval[0]) for each in calibration.bins))
    found = 100 - (places(canvas)[:, 1] - TOP) / SIDE * (100 - low)
    assert np.allclose(found, [100 * each.accuracy for each in calibration.bins], atol=0.01) and low < 30
    assert any("Each dot: 50 of the 500 images" in line for line in canvas.texts)
    lines = [mark for mark in canvas.marks if isinstance(mark, Line) and mark.width == 2]
    assert sum(line.points[0][0] == line.points[1][0] for line in lines) == 10  # intervals
    assert [tens_below(number) for number in (0, 35, 100)] == [0, 30, 90]


def test_the_band_is_the_binomial_distribution() -> None:
    shares = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    low, high = chance_band(shares, 40)
    drawn = np.random.default_rng(0).binomial(40, shares[:, np.newaxis], (5, 20000)) / 40
    assert np.allclose(low, np.quantile(drawn, 0.025, axis=1), atol=0.03)
    assert np.allclose(high, np.quantile(drawn, 0.975, axis=1), atol=0.03)
    assert high[0] < 0.02 and low[-1] > 0.98


def test_the_curve_ends_with_all_answers() -> None:
    sure, right = letters(400, 0.9)
    canvas = accuracy_over_coverage(measure_coverage(sure, right))
    whole = places(canvas)[-1]
    assert whole[0] == LEFT + SIDE  # threshold 0
    at = canvas.texts.index("0.8")
    answered, correct = (sure >= 0.8).mean(), right[sure >= 0.8].mean()
    assert f"{100 * answered:.1f} %" in canvas.texts and f"{100 * correct:.1f} %" in canvas.texts and at


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("n", [1, 2, 30])
def test_perfect_and_useless_models_and_few_letters(n: int, right: bool) -> None:
    sure, answers = np.linspace(0.5, 0.99, n), np.full(n, right)
    for canvas in (
        reliability(calibrate(sure, answers)),
        accuracy_over_coverage(measure_coverage(sure, answers)),
    ):
        assert canvas.picture.height == canvas.height
        assert np.isfinite(places(canvas)).all()
