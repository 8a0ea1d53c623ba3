"""The losses that a backward pass may be the gradient of, where it is only given what outputs should be."""

from collections.abc import Callable
from typing import Any

import numpy as np


def one_of(y: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Labels as one-hot rows where outputs are probabilities."""
    same = np.shape(y) == np.shape(target)
    return target if same else (np.asarray(target).reshape(-1, 1) == np.arange(np.shape(y)[-1])).astype(float)


LOSSES: dict[str, Callable[[Any, Any], np.ndarray]] = {
    "½ Σ (y − y*)²": lambda y, t: np.asarray(0.5 * ((y - t) ** 2).sum()),
    "Σ (y − y*)²": lambda y, t: np.asarray(((y - t) ** 2).sum()),
    "the mean of (y − y*)²": lambda y, t: np.asarray(((y - t) ** 2).mean()),
    "½ Σ (y − y*)² / N": lambda y, t: np.asarray(0.5 * ((y - t) ** 2).sum() / len(y)),
    "−Σ y* log y": lambda y, t: np.asarray(-(one_of(y, t) * np.log(y)).sum()),
    "−Σ y* log y / N": lambda y, t: np.asarray(-(one_of(y, t) * np.log(y)).sum() / len(y)),
    "−Σ (y* log y + (1 − y*) log(1 − y))": lambda y, t: np.asarray(
        -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum()
    ),
    "the mean of −y* log y − (1 − y*) log(1 − y)": lambda y, t: np.asarray(
        -(t * np.log(y) + (1 - t) * np.log(1 - y)).mean()
    ),
    "−Σ (y* log y + (1 − y*) log(1 − y)) / N": lambda y, t: np.asarray(
        -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum() / len(y)
    ),
    "Σ (y − y*)² / N": lambda y, t: np.asarray(((y - t) ** 2).sum() / len(y)),
}

# Of a score and a class that is −1 or 1
MARGIN_LOSSES: dict[str, Callable[[Any, Any], np.ndarray]] = {
    "Σ max(0, 1 − y* y)": lambda y, t: np.maximum(0, 1 - t * y).sum(),
    "the mean of max(0, 1 − y* y)": lambda y, t: np.maximum(0, 1 - t * y).mean(),
    "Σ max(0, −y* y)": lambda y, t: np.maximum(0, -t * y).sum(),
    "Σ log(1 + exp(−y* y))": lambda y, t: np.log1p(np.exp(-t * y)).sum(),
    "the mean of log(1 + exp(−y* y))": lambda y, t: np.log1p(np.exp(-t * y)).mean(),
}


def are_signs(truth: np.ndarray) -> bool:
    """Whether what should come of data is −1 or 1; of one sample, 1."""
    are = np.size(truth) > 0 and bool(np.isin(truth, (-1, 1)).all())
    return are and (np.size(truth) == 1 or bool(np.any(truth == -1)))


def usual_loss(y: np.ndarray) -> str:
    """The loss that goes with such outputs: cross-entropy with probabilities, else squares."""
    if (y <= 0).any() or (y >= 1).any():
        return "½ Σ (y − y*)² / N"
    are_classes = y.ndim == 2 and y.shape[1] > 1 and np.allclose(y.sum(1), 1)
    return "−Σ y* log y / N" if are_classes else "the mean of −y* log y − (1 − y*) log(1 − y)"
