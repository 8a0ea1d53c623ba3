"""Parametric ReLU: one slope a channel."""

import numpy as np


def prelu_forward(x, slope):
    out = np.where(x > 0, x, slope * x)
    return out, (x, out, slope)


def prelu_backward(dout, cache):
    x, out, slope = cache
    dx = dout * np.where(out > 0, 1.0, slope)
    dslope = np.sum(dout * np.where(out > 0, 0.0, x), axis=0)
    return dx, dslope
