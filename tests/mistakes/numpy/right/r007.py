import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def d_sigmoid(z):
    s = sigmoid(z)
    return s * (1 - s)
