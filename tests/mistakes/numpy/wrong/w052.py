import numpy as np


def inner(x):
    return np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(inner(x)))


def gelu_grad(x):
    return 0.5 * (1 + np.tanh(inner(x)))
