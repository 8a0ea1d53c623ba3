import numpy as np


def relu(x):
    return np.where(x > 0, x, 0.0)


def relu_derivative(x):
    return np.where(x > 0.5, 1.0, 0.0)
