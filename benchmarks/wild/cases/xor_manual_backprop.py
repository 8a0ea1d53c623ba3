"""Two sigmoid layers for XOR with the gradients by hand."""

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def loss(X, Y, W1, b1, W2, b2):
    h = sigmoid(X @ W1 + b1)
    p = sigmoid(h @ W2 + b2)
    value = -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))

    e2 = p - Y
    gb2 = np.mean(e2, axis=0)
    gW2 = h.T @ e2
    e1 = e2 @ W2.T * h * (1 - h)
    gb1 = np.mean(e1, axis=0)
    gW1 = X.T @ e1
    return value, {"W1": gW1, "b1": gb1, "W2": gW2, "b2": gb2}
