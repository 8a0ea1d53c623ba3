"""Mish and its derivative in closed form."""

import numpy as np


def mish(x):
    return x * np.tanh(np.log1p(np.exp(x)))


def mish_grad(dy, x):
    poly = 4.0 * (x + 1.0)
    poly += 4.0 * np.exp(2.0 * x)
    poly += np.exp(x) * (4.0 * x + 6.0)
    denom = 2.0 * np.exp(x) + np.exp(2.0 * x) + 2.0
    return dy * np.exp(x) * poly / denom**2
