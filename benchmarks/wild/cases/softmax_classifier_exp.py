"""Softmax classifier: loss and gradient by the scores."""

import numpy as np


def softmax_loss(x, y):
    exp_scores = np.exp(x)
    dist = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(dist[np.arange(N), y])) / N
    dx = dist.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
