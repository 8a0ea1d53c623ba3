"""Activation functions and their gradients for batches: one example a row."""

import numpy as np


def Sigmoid(x):
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def Sigmoid_grad(x):
    s = Sigmoid(x)
    return s * (1 - s)


def Softmax(x):
    e_x = np.exp(x - np.max(x))
    return e_x / np.sum(e_x, axis=1, keepdims=True)


def Softmax_grad(x):
    """The Jacobian of each example, (batch, classes, classes)."""
    s = Softmax(x)
    return s[:, :, None] * np.eye(s.shape[1]) - s[:, :, None] * s[:, None, :]
