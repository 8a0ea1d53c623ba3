import numpy as np


def elu(x):
    return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)


def elu_prime(x):
    return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0)))
