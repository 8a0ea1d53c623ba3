"""Softmax regression with weight decay."""

import numpy as np


def regression_loss(W, X, Y, weight_decay=0.2):
    scores = X @ W
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    P = e / e.sum(axis=1, keepdims=True)
    n = X.shape[0]
    loss = -np.sum(Y * np.log(P)) / n + 0.5 * weight_decay * np.sum(W**2)
    dW = np.dot(X.T, P - Y) / n - weight_decay * W
    return loss, dW
