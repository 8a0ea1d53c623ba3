"""Leaky ReLU with a parameter alpha."""

import numpy as np


def lrelu_forward(x, alpha=0.2):
    out = np.where(x < 0, alpha * x, x)
    cache = (x, alpha)
    return out, cache


def lrelu_derivative(x, alpha=0.01):
    return np.where(x < 0, alpha, 1.0)


def lrelu_backward(dout, cache):
    x, alpha = cache
    return dout * lrelu_derivative(x)
