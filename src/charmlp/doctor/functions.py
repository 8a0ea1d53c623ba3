"""Functions of arrays that the kinds' formulas are written with, and that NumPy lacks."""

import math

import numpy as np
from numpy.typing import ArrayLike

Array = np.ndarray
FLOAT64, FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)

erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(x: ArrayLike) -> Array:
    """1 / (1 + e⁻ˣ), without overflow: ½ (1 + tanh(x/2)).

    >>> sigmoid([0.0, -1000.0]).tolist()
    [0.5, 0.0]
    """
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))


def relu(x: Array) -> Array:
    """max(0, x)."""
    return np.maximum(x, 0)


def log_softmax(z: Array, axis: int | None = 1) -> Array:
    """z − max z − log Σ exp(z − max z)."""
    shifted = z - z.max(axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def softmax(z: Array, axis: int | None = 1) -> Array:
    """exp(z) / Σ exp(z)."""
    return np.exp(log_softmax(z, axis))


def along_columns(rows: Array) -> Array:
    """One number a row, as NumPy spreads it without `keepdims`: along the columns, if there are as many.

    >>> np.ones((2, 2)) * along_columns(np.array([[1.0], [2.0]]))
    array([[1., 2.],
           [1., 2.]])
    """
    return rows.reshape(1, -1)


def onehot(labels: Array, classes: int) -> Array:
    """One row a label, with a 1 at its class.

    >>> onehot(np.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    return (np.asarray(labels).reshape(-1, 1) == np.arange(classes)).astype(float)


def sum_around(gradient: Array, shape: tuple[int, ...]) -> Array | None:
    """The sums over all axes but one, as of a bias that was added along it; None where it is not one axis."""
    along = [axis for axis, size in enumerate(gradient.shape) if (size,) == shape]
    if len(along) != 1 or gradient.ndim < 2:
        return None
    summed: Array = gradient.sum(tuple(axis for axis in range(gradient.ndim) if axis not in along))
    return summed


def sum_to(gradient: Array, shape: tuple[int, ...]) -> Array | None:
    """What an engine makes of a gradient that has broadcast dimensions too many, None where it cannot."""
    extra = gradient.ndim - len(shape)
    if extra < 0:
        return None
    summed = gradient.sum(tuple(range(extra)))
    wide = tuple(i for i, size in enumerate(shape) if size == 1)
    summed = summed.sum(wide, keepdims=True)
    return summed if summed.shape == shape else None
