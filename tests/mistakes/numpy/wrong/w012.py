import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_forward(Z):
    return sigmoid(Z), Z


def sigmoid_backward(dA, cache):
    s = sigmoid(dA)
    dZ = dA * s * (1 - s)
    return dZ
