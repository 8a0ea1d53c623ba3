"""Softplus and its derivative."""

import numpy as np


def softplus(z):
    return np.log(1 + np.exp(z))


def softplus_derivative(z):
    return 1 / (1 + np.exp(-z))
