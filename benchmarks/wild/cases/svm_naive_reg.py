"""Multiclass SVM loss, sample by sample, with a penalty on the weights."""

import numpy as np


def svm_loss(W, X, y, reg=0.3):
    dW = np.zeros(W.shape)
    n, k = X.shape[0], W.shape[1]
    loss = 0.0
    for i in range(n):
        scores = X[i].dot(W)
        for j in range(k):
            if j == y[i]:
                continue
            gap = scores[j] - scores[y[i]] + 1
            if gap > 0:
                loss += gap
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / n + reg * np.sum(W * W)
    dW = dW / n + reg * W
    return loss, dW
