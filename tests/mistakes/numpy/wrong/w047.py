import numpy as np


def softplus(x):
    return np.logaddexp(0, x)


def softplus_derivative(x):
    return -1 / (1 + np.exp(-x))
