"""Attention whose scale is shared between queries and keys."""

import numpy as np


def attention_forward(q, k, v):
    scale = 1 / np.sqrt(np.sqrt(q.shape[-1]))
    scores = (q * scale) @ (k * scale).T
    w = np.exp(scores - scores.max(axis=-1, keepdims=True))
    w = w / w.sum(axis=-1, keepdims=True)
    return w @ v, (q, k, v, w, scale)


def attention_backward(dout, cache):
    q, k, v, w, scale = cache
    dv = w.T @ dout
    dw = dout @ v.T
    ds = w * (dw - np.sum(dw * w, axis=-1, keepdims=True))
    dq = scale * (ds @ (k * scale))
    dk = scale * (ds.T @ (q * scale))
    return dq, dk, dv
