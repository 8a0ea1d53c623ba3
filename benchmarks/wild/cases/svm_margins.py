"""Multiclass SVM loss without loops, with a penalty on the weights."""

import numpy as np


def svm_loss(W, X, y, reg=0.1):
    n = X.shape[0]
    scores = X.dot(W)
    own = scores[np.arange(n), y].reshape(-1, 1)
    gaps = np.maximum(0, scores - own + 1)
    gaps[np.arange(n), y] = 0
    loss = gaps.sum() / n + reg * np.sum(W * W)

    hits = (gaps > 0).astype(X.dtype)
    hits[np.arange(n), y] = -hits.sum(axis=1)
    dW = X.T.dot(hits) / n + 2 * reg * W
    return loss, dW
