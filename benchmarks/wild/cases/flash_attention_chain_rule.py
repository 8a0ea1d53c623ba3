"""P = softmax(Q Kᵀ / sqrt(d)), O = P V, for one head; the gradients by the chain rule of the paper."""

import numpy as np


def attention_forward(Q, K, V):
    scale = 1 / np.sqrt(Q.shape[1])
    S = scale * Q @ K.T
    P = np.exp(S - S.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    return P @ V, (Q, K, V, P, scale)


def attention_backward(dO, cache):
    Q, K, V, P, scale = cache
    dV = P.T @ dO
    dP = dO @ V.T
    dS = P * (dP - (dP * P).sum(axis=1, keepdims=True))
    dQ = scale * dS @ K
    dK = scale * dS @ Q
    return dQ, dK, dV
