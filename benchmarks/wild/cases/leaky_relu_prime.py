"""Leaky rectified linear unit."""

import numpy as np


def leaky_relu(x, alpha=0.3):
    return np.maximum(alpha * x, x)


def leaky_relu_prime(x, alpha=0.3):
    return np.where(0.3 * x > 0, 1.0, 0.0)
