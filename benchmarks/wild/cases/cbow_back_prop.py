"""Back-propagation of a bag-of-words model whose samples are columns."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def loss(x, y, W1, b1, W2, b2):
    m = x.shape[1]
    s = W1 @ x + b1
    h = np.maximum(0, s)
    p = softmax(W2 @ h + b2)
    value = -np.sum(y * np.log(p)) / m

    back = (W2.T @ (p - y)) * (s > 0)
    gW1 = (1 / m) * np.dot(back, x.T)
    gW2 = (1 / m) * np.dot(p - y, h.T)
    gb1 = np.sum((1 / m) * np.dot(back, x.T), axis=1, keepdims=True)
    gb2 = np.sum((1 / m) * np.dot(p - y, h.T), axis=1, keepdims=True)
    return value, (gW1, gb1, gW2, gb2)
