"""Average pooling in one dimension; the last window may be cut."""

import numpy as np


def avg_pool_forward(x, k=3):
    starts = range(0, x.shape[1], k)
    out = np.stack([x[:, s : s + k].mean(axis=1) for s in starts], axis=1)
    return out, (x.shape, k)


def avg_pool_backward(dout, cache):
    shape, k = cache
    return np.repeat(dout / k, k, axis=1)[:, : shape[1]]
