"""Activation functions, forward and backward."""

import numpy as np


def sigmoid_forward(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_backward(next_dz):
    return sigmoid_forward(1 - sigmoid_forward(next_dz))
