"""Where a gradient errs, and how its ratio to the right one behaves, in words."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp.doctor import examine
from charmlp.doctor.checks.regions import ratios, regions
from charmlp.doctor.mistake import Phrase

GENERATOR = np.random.default_rng(3)
X = GENERATOR.standard_normal((5, 7))
SQUARE = GENERATOR.standard_normal((6, 6))
TIED = X.round()
UPSTREAM = GENERATOR.standard_normal((3, 5, 7))
ROWS, COLUMNS = np.indices(X.shape)
DOWN, ACROSS = np.indices(SQUARE.shape)
INSIDE = (DOWN > 0) & (DOWN < 5) & (ACROSS > 0) & (ACROSS < 5)


def said(phrases: list[Phrase]) -> list[str]:
    return [words.text("en") for words in phrases]


@pytest.mark.parametrize(
    ("wrong", "value", "words"),
    [
        (X < 0, X, "only where the input is negative"),
        (X > 0, X, "only where the input is positive"),
        (SQUARE > 0.71, SQUARE, "only where the input is above 0."),
        (SQUARE < -0.71, SQUARE, "only where the input is below -0."),
        (abs(X) > 1.02, X, "only where the input is larger than 1"),
        (abs(X) < 0.51, X, "only where the input is smaller than 0.5"),
        (ROWS == 0, X, "only in the first row"),
        (ROWS == 4, X, "only in the last row"),
        (ROWS == 2, X, "only in row 3 of 5"),
        (ROWS > 0, X, "everywhere but in the first row"),
        (ROWS < 4, X, "everywhere but in the last row"),
        (COLUMNS == 0, X, "only in the first column"),
        (COLUMNS == 6, X, "only in the last column"),
        (COLUMNS == 3, X, "only in column 4 of 7"),
        (COLUMNS > 0, X, "everywhere but in the first column"),
        (COLUMNS < 6, X, "everywhere but in the last column"),
        (DOWN == ACROSS, SQUARE, "only on the diagonal"),
        (DOWN != ACROSS, SQUARE, "only off the diagonal"),
        (DOWN < ACROSS, SQUARE, "only above the diagonal"),
        (DOWN > ACROSS, SQUARE, "only below the diagonal"),
        (INSIDE, SQUARE, "only inside, not at the border"),
        (~INSIDE, SQUARE, "only at the border"),
        (np.equal(X, X.max(1, keepdims=True)), X, "only at the largest value of each row"),
        (np.arange(7) == 0, X[0], "only in the first element"),
        (np.arange(7) == 6, X[0], "only in the last element"),
        (np.ones((5, 7), bool), X, "everywhere"),
    ],
)
def test_a_region_is_named(wrong: np.ndarray, value: np.ndarray, words: str) -> None:
    (found,) = said(regions(np.stack([wrong] * 3), value))
    assert found.startswith("errs") and words in found, found


def test_ties_and_signs_of_the_upstream_gradient() -> None:
    values, counts = np.unique(TIED, return_counts=True)
    tied = np.isin(TIED, values[counts > 1])
    assert said(regions(tied[None], TIED)) in (
        ["errs only where values of the input tie"],
        ["errs everywhere"],
    )
    pooled = np.array([[1.0, 2.0, 3.0, 3.0], [4.0, 5.0, 6.0, 7.0]])
    wrong = np.array([[False, False, True, True], [False] * 4])
    assert said(regions(wrong[None], pooled)) == ["errs only where values of the input tie"]
    assert said(regions(UPSTREAM < 0, X, UPSTREAM)) == ["errs only where the upstream gradient is negative"]
    assert said(regions(UPSTREAM > 0, X, UPSTREAM)) == ["errs only where the upstream gradient is positive"]
    targets = np.eye(5, 7, dtype=bool)[[3, 1, 0, 2, 4]]
    assert said(regions(targets[None], X, others={"targets": targets})) == ["errs only at the right classes"]


def test_nothing_is_named_that_is_not_there() -> None:
    """Errors anywhere have a share, a few in a large region do not name it, and no errors have nothing."""
    anywhere = np.random.default_rng(0).random((1, 5, 7)) < 0.4
    assert said(regions(anywhere, X)) == [f"errs in {anywhere.mean():.0%} of the elements"]
    one = np.zeros((1, 5, 7), bool)
    one[0, 2, 3] = True
    assert said(regions(one, X)) == ["errs in 3% of the elements"]
    assert regions(np.zeros((1, 5, 7), bool), X) == []
    nearly = (ROWS == 0) | ((ROWS == 3) & (COLUMNS == 2))
    assert said(regions(nearly[None], X)) == ["errs in 23% of the elements"]


def test_a_region_may_have_a_few_right_elements() -> None:
    """Where the upstream gradient is 0, say, everything is right."""
    wrong = X < 0
    wrong[np.nonzero(wrong)[0][0], np.nonzero(wrong)[1][0]] = False
    assert said(regions(wrong[None], X)) == ["errs only where the input is negative"]


RIGHT = np.stack([u * (1 + X**2) for u in UPSTREAM])


@pytest.mark.parametrize(
    ("analytic", "words"),
    [
        (3 * RIGHT, "is 3 everywhere"),
        (RIGHT + 0.25, "differs from the right gradient by 0.25 everywhere"),
        (RIGHT * (1 + ROWS), "is one number a row, from 1 to 5"),
        (RIGHT * (1 + COLUMNS), "is one number a column, from 1 to 7"),
        (RIGHT * X, "is the same for each upstream gradient, from"),
        (RIGHT * UPSTREAM, "goes from"),
    ],
)
def test_the_shape_of_the_ratio(analytic: np.ndarray, words: str) -> None:
    (found,) = said(ratios(analytic, RIGHT))
    assert words in found


def test_there_is_no_ratio_to_0() -> None:
    assert ratios(RIGHT, np.zeros_like(RIGHT)) == []
    masked = RIGHT * (X > 0)
    (found,) = said(ratios(2 * masked, masked))
    assert "is 2 everywhere" in found


class Spread:
    """y = x − the mean over the batch of x³."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x - (x**3).mean(axis=0)

    def backward(self, dout: np.ndarray) -> np.ndarray:
        return dout - 3 * self.x**2 * dout  # for one row the mean is the row itself


class Bent:
    """y = x³ + x, with another slope where x < 0."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x**3 + x

    def backward(self, dout: np.ndarray) -> np.ndarray:
        return dout * np.where(self.x < 0, self.x**4, 3 * self.x**2 + 1)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (Spread, ["only when the batch has more than one row"]),
        (Bent, ["only where the input is negative", "is the same for each upstream gradient"]),
    ],
)
def test_what_nothing_explains_is_described(code: type, words: list[str]) -> None:
    (mistake,) = examine(code).mistakes
    assert mistake.name == "unrecognised"
    assert [one for one in words if one not in mistake.evidence_text("en")] == []
    assert ("batch" in mistake.evidence_text("en")) == (code is Spread)
