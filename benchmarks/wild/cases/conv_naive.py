"""Convolution of images with several channels, loop by loop."""

import numpy as np


def conv_forward_naive(x, w, b):
    n, c, height, width = x.shape
    f, _, hh, ww = w.shape
    out = np.zeros((n, f, height - hh + 1, width - ww + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, :, i : i + hh, j : j + ww]
            out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (x, w)


def conv_backward_naive(dout, cache):
    x, w = cache
    _, _, hh, ww = w.shape
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            dz = dout[:, :, i, j]
            dx[:, :, i : i + hh, j : j + ww] += np.tensordot(dz, w, axes=(1, 0))
            dw += np.tensordot(dz, x[:, :, i : i + hh, j : j + ww], axes=(0, 0))
    return dx, dw, dout.sum(axis=(0, 2, 3))
