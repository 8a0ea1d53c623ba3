"""What slides over pictures: a convolution's kernel, a pool's window. x: N×C×H×W."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from charmlp.doctor.arrangement import Role
from charmlp.doctor.functions import Array

PICTURES = Role("x", "NCHW", ("x", "input", "inputs", "image", "images", "img", "a", "a_prev"))


def windows(x: Array, size: int, stride: int, pad: int = 0, filling: float = 0.0) -> Array:
    """Each window of x: N×C×H′×W′×size×size."""
    edge = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    padded = np.pad(x, edge, constant_values=filling)
    return sliding_window_view(padded, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]


def spread(shares: Array, like: Array, stride: int, pad: int = 0) -> Array:
    """The adjoint of `windows`: the shares of all windows, added up where they overlap."""
    *_, height, width, size, _ = shares.shape
    n, c, h, w = like.shape
    total = np.zeros((n, c, h + 2 * pad, w + 2 * pad))
    for row in range(size):
        for column in range(size):
            rows = slice(row, row + stride * height, stride)
            columns = slice(column, column + stride * width, stride)
            total[:, :, rows, columns] += shares[..., row, column]
    return total[:, :, pad : pad + h, pad : pad + w]


def strides_and_pads(size: int, y: Array, x: Array) -> list[dict[str, Any]]:
    """The strides and margins with which windows of this size give an output of y's shape."""
    found = []
    for stride in (1, 2, 3):
        for pad in range(size):
            sides = [(n + 2 * pad - size) // stride + 1 for n in x.shape[2:]]
            if list(y.shape[2:]) == sides:
                found.append({"stride": stride, "pad": pad})
    return found
