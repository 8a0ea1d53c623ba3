"""Two sigmoid layers for digits, one column a sample, squared error."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def loss(x, t, w1, b1, w2, b2):
    h = sigmoid(b1 + w1 @ x)
    o = sigmoid(b2 + w2 @ h)
    value = 0.5 * np.sum((o - t) ** 2)

    d_out = o - t
    d_hid = w2.T @ d_out * (h * (1 - h))
    grads = {
        "w1": d_hid @ x.T,
        "b1": d_hid.sum(axis=1, keepdims=True),
        "w2": d_out @ h.T,
        "b2": d_out.sum(axis=1, keepdims=True),
    }
    return value, grads
