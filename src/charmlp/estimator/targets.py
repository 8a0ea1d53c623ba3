"""What y says: a class for each example, or which of K labels it has."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from charmlp.calculus.elements import Array
from charmlp.estimator.parameters import ArgumentError


def checked(y: Any) -> Array:
    """One class for each example, N; or labels each for itself, N×K of 0 and 1."""
    check_classification_targets(y)
    kind = type_of_target(y)
    if kind == "multilabel-indicator":
        labels: Array = (y.toarray() if issparse(y) else y).astype(np.int64)
        return labels
    if kind == "multiclass-multioutput":
        raise ArgumentError("y: a class for each example, or columns of 0 and 1, one a label, is expected")
    names: Array = column_or_1d(y, warn=True)
    return names


def classes_in(y: Array) -> Array:
    """The classes, in order; of labels each for itself their columns."""
    return np.unique(y) if y.ndim == 1 else np.arange(y.shape[1])


def numbered(y: Array, classes: Array) -> Array:
    """The numbers of the classes, N; labels each for itself, N×K, are as they are."""
    if y.ndim == 2:
        if y.shape[1] != len(classes):
            raise ArgumentError(f"y: {len(classes)} columns are expected, not {y.shape[1]}")
        return y
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        first = unknown.tolist()[0]
        raise ArgumentError(f"y: {first!r} is none of the {len(classes)} classes that were learned first")
    return np.searchsorted(classes, y).astype(np.int64)
