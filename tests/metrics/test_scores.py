"""Scores beside scikit-learn's, which nobody here wrote."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from charmlp.metrics import score


def random_case(seed: int, n: int = 60, n_classes: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are right about half of the time; the last class never occurs as a label."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes - 1, n)
    logits = rng.normal(size=(n, n_classes))
    logits[np.arange(n), labels] += rng.normal(1, 1, n)
    return logits, labels


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_scikit_learns(seed: int) -> None:
    logits, labels = random_case(seed)
    scores, predictions = score(logits, labels), logits.argmax(axis=1)
    assert scores.accuracy == sklearn_metrics.accuracy_score(labels, predictions)
    precision, recall, f1, support = sklearn_metrics.precision_recall_fscore_support(
        labels, predictions, labels=range(7), zero_division=0
    )
    assert np.allclose(scores.precision, precision)
    assert np.allclose(scores.recall, recall)
    assert np.allclose(scores.f1, f1)
    assert np.array_equal(scores.support, support)
    assert scores.macro_f1 == pytest.approx(
        sklearn_metrics.f1_score(labels, predictions, average="macro", zero_division=0)
    )
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert scores.loss == pytest.approx(sklearn_metrics.log_loss(labels, shares, labels=range(7)))
    assert np.array_equal(
        scores.confusion, sklearn_metrics.confusion_matrix(labels, predictions, labels=range(7))
    )


def test_another_prediction_gives_other_scores() -> None:
    logits, labels = random_case(0)
    assert score(np.roll(logits, 1, axis=1), labels).accuracy != score(logits, labels).accuracy


def test_repr_says_the_figures() -> None:
    logits, labels = random_case(0)
    assert repr(score(logits, labels)).startswith("Scores(n=60, accuracy=0.")
