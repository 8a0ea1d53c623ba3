"""Examples as an estimator is handed them: which class each has, how much it counts, what feeds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import _check_sample_weight

from charmlp.calculus.elements import Array
from charmlp.estimator.parameters import ArgumentError
from charmlp.training.feed import Arrays, Feed, SparseRows


@dataclass(frozen=True)
class Examples:
    """Inputs X: N×D, dense or sparse; labels (`targets.numbered`); weights N above 0, or `None`.

    A weight of 0 is as good as absence, for the order of the others as well: such examples are left out.
    """

    X: Any
    labels: Array
    weights: Array | None

    @classmethod
    def weighed(
        cls, X: Any, labels: Array, sample_weight: Any, class_weight: Any, classes: Array
    ) -> Examples:
        """Each weighs what `sample_weight` says times what `class_weight` says of its class."""
        if sample_weight is None and class_weight is None:
            return cls(X, labels, None)
        if class_weight is not None and labels.ndim == 2:
            raise ArgumentError("class_weight: an example has one class, not columns of labels; use None")
        weights = np.ones(len(labels))
        if sample_weight is not None:
            weights = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64))
        if (weights < 0).any():
            raise ArgumentError("sample_weight: a weight is negative; weights are at least 0")
        if class_weight is not None:
            weights = weights * of_classes(class_weight, classes, labels, weights)[labels]
        there = weights > 0
        if not there.any():
            raise ArgumentError("sample_weight, class_weight: all weights are zero; nothing is left to learn")
        if not there.all():
            X, labels, weights = X[there], labels[there], weights[there]
        return cls(X, labels, weights)

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, numbers: Array) -> Examples:
        weights = None if self.weights is None else self.weights[numbers]
        return Examples(self.X[numbers], self.labels[numbers], weights)

    def feed(self) -> Feed:
        return feed_of(self.X, self.labels, self.weights)


def feed_of(X: Any, labels: Array, weights: Array | None = None) -> Feed:
    return (SparseRows if issparse(X) else Arrays)(X, labels, weights)


def of_classes(class_weight: Any, classes: Array, labels: Array, weights: Array) -> Array:
    """The weights of K classes. "balanced": those with which every class that is there weighs the same.

    Examples count with their own weights there, so that a whole weight is as good as so many copies.
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        totals = np.bincount(labels, weights, minlength=len(classes))
        there = np.count_nonzero(totals)
        return np.divide(weights.sum(), there * totals, out=np.ones(len(classes)), where=totals > 0)
    if not isinstance(class_weight, Mapping):
        raise ArgumentError(f"class_weight: a dict, 'balanced' or None is expected, not {class_weight!r}")
    if any(weight < 0 for weight in class_weight.values()):
        raise ArgumentError("class_weight: a weight is negative; weights are at least 0")
    found: Array = compute_class_weight(dict(class_weight), classes=classes, y=classes[labels])
    return found
