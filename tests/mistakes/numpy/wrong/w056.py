import numpy as np


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_forward(q, k, v):
    """q: (T, d), k: (S, d), v: (S, h)"""
    scores = q @ k.T / np.sqrt(q.shape[-1])
    a = softmax(scores)
    return a @ v, (q, k, v, a)


def attention_backward(dout, cache):
    q, k, v, a = cache
    dv = a.T @ dout
    da = dout @ v.T
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True))
    dq = ds @ k
    dk = ds.T @ q
    return dq, dk, dv
