import numpy as np


def attention_forward(q, k, v):
    scale = 1 / np.sqrt(q.shape[-1])
    s = q @ k.T * scale
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    a = e / e.sum(axis=-1, keepdims=True)
    return a @ v, (q, k, v, a, scale)


def attention_backward(dout, cache):
    q, k, v, a, scale = cache
    da = dout @ v.T
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True)) * scale
    return ds @ k, ds.T @ q, a.T @ dout
