"""Softmax regression: the loss and its gradient by the scores."""

import numpy as np


def softmax_loss(z, y):
    p = np.exp(z) / np.sum(np.exp(z))
    n = z.shape[0]
    rows = np.arange(n)
    loss = -np.mean(np.log(p[rows, y]))
    dz = p.copy()
    dz[rows, y] -= 1
    return loss, dz / n
