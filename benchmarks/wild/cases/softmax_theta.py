"""Softmax regression whose samples are columns."""

import numpy as np


def loss(Theta, X, Y):
    num_samples = X.shape[1]
    A = Theta.T @ X
    P = np.exp(A - A.max(axis=0))
    P = P / P.sum(axis=0)
    value = -np.sum(Y * np.log(P)) / num_samples
    dLdA = (P - Y) / num_samples
    dLdTheta = np.dot(X, dLdA.T)
    return value, dLdTheta
