"""Correlation of one image with one kernel."""

import numpy as np


def correlate_valid(a, k):
    h, w = a.shape[0] - k.shape[0] + 1, a.shape[1] - k.shape[1] + 1
    return np.array(
        [[np.sum(a[i : i + k.shape[0], j : j + k.shape[1]] * k) for j in range(w)] for i in range(h)]
    )


def conv_forward(x, k):
    return correlate_valid(x, k), (x, k)


def conv_backward(d, cache):
    x, k = cache
    pad = [(k.shape[0] - 1,) * 2, (k.shape[1] - 1,) * 2]
    dx = correlate_valid(np.pad(d, pad), np.rot90(k, 2))
    dk = correlate_valid(x, d)
    return dx, dk
