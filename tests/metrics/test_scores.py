"""Scores beside scikit-learn's, which nobody here wrote."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from charmlp.metrics import Confusion, score, top_accuracy, wilson


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


@pytest.mark.parametrize("k", [1, 2, 3, 7])
@pytest.mark.parametrize("seed", range(3))
def test_the_first_guesses_are_scikit_learns(seed: int, k: int) -> None:
    logits, labels = random_case(seed)
    expected = sklearn_metrics.top_k_accuracy_score(labels, logits, k=k, labels=range(7)) if k < 7 else 1
    assert top_accuracy(logits, labels, k) == pytest.approx(expected)


def test_of_equal_logits_the_first_class_is_guessed_first_as_argmax_does() -> None:
    logits = np.zeros((4, 4))
    assert [top_accuracy(logits, np.arange(4), k) for k in (1, 2, 3, 4)] == [0.25, 0.5, 0.75, 1.0]
    rng = np.random.default_rng(0)
    logits, labels = rng.integers(0, 2, (200, 5)).astype(float), rng.integers(0, 5, 200)
    assert top_accuracy(logits, labels, 1) == score(logits, labels).accuracy


def test_confusions_are_counted_by_what_they_are() -> None:
    labels = np.array([0, 0, 0, 1, 2, 2, 2])
    logits = np.eye(3)[[1, 1, 0, 1, 0, 1, 2]]
    found = score(logits, labels).confusions
    assert found == [Confusion(0, 1, 2), Confusion(2, 0, 1), Confusion(2, 1, 1)]
    assert score(np.eye(3)[labels], labels).confusions == []


def test_the_interval_is_that_of_the_accuracy() -> None:
    logits, labels = random_case(0)
    scores = score(logits, labels)
    assert scores.interval == wilson(round(60 * scores.accuracy), 60)
