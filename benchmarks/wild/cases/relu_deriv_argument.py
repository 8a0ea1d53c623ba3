import numpy as np


def relu(x, deriv=False):
    """ReLU, or its derivative"""
    out = x.copy()
    out[out < 0] = 0
    if deriv:
        out[out > 0] = 1
    return out


def tanh(x, deriv=False):
    """tanh, or its derivative"""
    return 1 - np.tanh(x) ** 2 if deriv else np.tanh(x)
