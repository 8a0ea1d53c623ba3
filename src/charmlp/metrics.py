"""Figures of a classification, from labels, predictions and logits alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus

Array = NDArray[Any]


@dataclass(frozen=True)
class Scores:
    """What a classifier got right on N labelled images.

    accuracy   share of right predictions, 0 to 1
    loss       mean cross-entropy, nats
    macro_f1   mean F1 of the classes that occur among labels or predictions
    precision, recall, f1   by class, K; 0 where nothing was predicted or labelled so
    support    number of images labelled so, by class, K
    confusion  K×K counts, rows are labels, columns predictions
    """

    accuracy: float
    loss: float
    macro_f1: float
    precision: Array
    recall: Array
    f1: Array
    support: Array
    confusion: Array

    def __repr__(self) -> str:
        return (
            f"Scores(n={self.support.sum():,}, accuracy={self.accuracy:.4f}, "
            f"macro_f1={self.macro_f1:.4f}, loss={self.loss:.4f})"
        )


def score(logits: Array, labels: Array) -> Scores:
    """Score logits N×K against N labels.

    precision = TP/(TP+FP), recall = TP/(TP+FN), F1 = 2 TP/(2 TP+FP+FN) by class.
    """
    n_classes = logits.shape[1]
    predictions = logits.argmax(axis=1)
    confusion = np.bincount(labels * n_classes + predictions, minlength=n_classes**2)
    confusion = confusion.reshape(n_classes, n_classes)
    right = np.diag(confusion)
    support, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = ratio(2 * right, support + predicted)
    occurring = (support + predicted) > 0
    return Scores(
        accuracy=float(right.sum() / max(len(labels), 1)),
        loss=calculus.cross_entropy(logits, calculus.class_targets(labels, n_classes), max(len(labels), 1)),
        macro_f1=float(f1[occurring].mean()) if occurring.any() else 0.0,
        precision=ratio(right, predicted),
        recall=ratio(right, support),
        f1=f1,
        support=support,
        confusion=confusion,
    )


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
