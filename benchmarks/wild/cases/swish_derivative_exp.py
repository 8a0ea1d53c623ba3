"""Swish and its derivative."""

import numpy as np


def swish(x):
    return x / (1.0 + np.exp(-x))


def swish_derivative(x):
    ex = np.exp(-np.abs(x))
    up = np.where(x >= 0, 1 + ex + x * ex, ex * (x + ex + 1))
    return up / (1 + ex) ** 2
