import numpy as np


def sigma(a):
    return 1 / (1 + np.exp(-a))


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


def network(x, W):
    """x (n,), W (n, m): y = softmax(sigma(x W))."""
    z = sigma(x @ W)
    return z, softmax(z)


def error(x, W, t):
    return -np.sum(t * np.log(network(x, W)[1]))


def error_derivative(x, W, t):
    z, y = network(x, W)
    dE_dz = y - t
    dz_da = z * (1 - z)
    return np.outer(x, dE_dz * dz_da)
