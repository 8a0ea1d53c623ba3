import numpy as np


def tanh_forward(Z):
    A = np.tanh(Z)
    return A, A


def tanh_backward(dA, cache):
    dZ = dA * (1 - np.power(np.tanh(cache), 2))
    return dZ
