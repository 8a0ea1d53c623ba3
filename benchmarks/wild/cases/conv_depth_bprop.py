"""Convolution of volumes along depth and width: (C, D, W, N) with filters (K, C, T, S) to (K, M, Q, N)."""

import numpy as np


def fprop_conv(X, F):
    C, D, W, N = X.shape
    K, _, T, S = F.shape
    M, Q = D - T + 1, W - S + 1
    Y = np.zeros((K, M, Q, N))
    for m in range(M):
        for q in range(Q):
            Y[:, m, q] = np.tensordot(F, X[:, m : m + T, q : q + S], 3)
    return Y, (X, F)


def bprop_conv(E, cache):
    X, F = cache
    K, _, T, S = F.shape
    grad_X = np.zeros_like(X)
    grad_F = np.zeros_like(F)
    for m in range(E.shape[1]):
        for q in range(E.shape[2]):
            slicedE = E[:, m, q]
            for t in range(T):
                d = m + t
                for s in range(S):
                    w = q + s
                    grad_X[:, m, w] += np.dot(F[:, :, t, s].T, slicedE)
                    grad_F[:, :, t, s] += np.dot(slicedE, X[:, d, w].T)
    return grad_X, grad_F
