"""Figures of a classification, from labels, predictions and logits alone."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.metrics.intervals import wilson

Array = NDArray[Any]


class Confusion(NamedTuple):
    """How many `images` of class `label` are read as class `prediction`, both numbers of classes."""

    label: int
    prediction: int
    images: int


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

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy, 95 %: how far it may lie from that on endlessly many images."""
        return wilson(int(np.trace(self.confusion)), int(self.support.sum()))

    @property
    def confusions(self) -> list[Confusion]:
        """What is read as what by mistake, the most frequent first."""
        off = self.confusion - np.diag(np.diag(self.confusion))
        labels, predictions = np.nonzero(off)
        found = map(Confusion, labels.tolist(), predictions.tolist(), off[labels, predictions].tolist())
        return sorted(found, key=lambda confusion: -confusion.images)

    def __repr__(self) -> str:
        return (
            f"Scores(n={self.support.sum():,}, accuracy={self.accuracy:.4f}, "
            f"macro_f1={self.macro_f1:.4f}, loss={self.loss:.4f})"
        )


def score(logits: Array, labels: Array, weights: Array | None = None) -> Scores:
    """Score logits N×K against N labels; each counts once, or as often as its number in `weights`, N.

    precision = TP/(TP+FP), recall = TP/(TP+FN), F1 = 2 TP/(2 TP+FP+FN) by class.
    """
    n_classes = logits.shape[1]
    predictions = logits.argmax(axis=1)
    confusion = np.bincount(labels * n_classes + predictions, weights, minlength=n_classes**2)
    confusion = confusion.reshape(n_classes, n_classes)
    targets = calculus.class_targets(labels, n_classes)
    if weights is not None:
        targets *= weights[:, np.newaxis]
    total = len(labels) if weights is None else float(weights.sum())
    right = np.diag(confusion)
    support, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = ratio(2 * right, support + predicted)
    occurring = (support + predicted) > 0
    return Scores(
        accuracy=float(right.sum() / (total or 1)),
        loss=calculus.cross_entropy(logits, targets, total or 1),
        macro_f1=float(f1[occurring].mean()) if occurring.any() else 0.0,
        precision=ratio(right, predicted),
        recall=ratio(right, support),
        f1=f1,
        support=support,
        confusion=confusion,
    )


def top_accuracy(logits: Array, labels: Array, k: int) -> float:
    """Share of N images whose class is among the k largest logits, N×K; of equal ones the first is larger."""
    of_label = logits[np.arange(len(labels)), labels][:, np.newaxis]
    before = np.arange(logits.shape[1]) < labels[:, np.newaxis]
    ranks = ((logits > of_label) | ((logits == of_label) & before)).sum(axis=1)
    return float((ranks < k).mean())


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
