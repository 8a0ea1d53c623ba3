"""Loss functions over the n outputs of a network, and their derivatives, by name."""

import numpy as np


def mean_squared_error(y_pred, y_real):
    return np.mean((y_pred - y_real) ** 2)


def mean_squared_error_derivative(y_pred, y_real):
    return 2 * (y_pred - y_real) / len(y_pred)


def crossentropy(y_pred, y_real):
    return -np.mean(y_real * np.log(y_pred) + (1 - y_real) * np.log(1 - y_pred))


def crossentropy_derivative(y_pred, y_real):
    return (y_pred - y_real) / (y_pred * (1 - y_pred))
