"""Multiclass SVM loss without loops."""

import numpy as np


def svm_loss(W, X, y):
    n = X.shape[0]
    scores = X.dot(W)
    gaps = np.maximum(0, scores - scores[np.arange(n), y][:, None] + 1)
    loss = np.sum(gaps) / n - 1

    hits = np.zeros(gaps.shape)
    hits[gaps > 0] = 1
    counts = hits.sum(axis=1)
    hits[np.arange(n), y] = -counts
    dW = X.T.dot(hits) / n
    return loss, dW
