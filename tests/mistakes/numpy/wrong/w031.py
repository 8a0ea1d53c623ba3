import numpy as np


def attention_forward(Q, K, V):
    d = Q.shape[1]
    S = Q @ K.T / np.sqrt(d)
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return P @ V, (Q, K, V, P, d)


def attention_backward(dO, cache):
    Q, K, V, P, d = cache
    dV = P.T @ dO
    dP = dO @ V.T
    dS = dP * P * (1 - P) / np.sqrt(d)
    return dS @ K, dS.T @ Q, dV
