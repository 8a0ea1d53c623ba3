"""Rectified linear units whose derivative is read from the output."""

import numpy as np


def relu_forward(x):
    Z = np.maximum(x, 0)
    return Z, Z


def relu_backward(delta, Z):
    delta = delta.copy()
    delta[Z == 0] = 0
    return delta
