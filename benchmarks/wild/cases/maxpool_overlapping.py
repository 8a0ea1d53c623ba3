import numpy as np


def maxpool_forward(x, k=3, stride=2):
    n, c, h, w = x.shape
    oh, ow = (h - k) // stride + 1, (w - k) // stride + 1
    y = np.zeros((n, c, oh, ow))
    where = np.zeros((n, c, oh, ow, 2), dtype=int)
    for b in range(n):
        for d in range(c):
            for i in range(oh):
                for j in range(ow):
                    patch = x[b, d, i * stride : i * stride + k, j * stride : j * stride + k]
                    p, q = np.unravel_index(np.argmax(patch), patch.shape)
                    y[b, d, i, j] = patch[p, q]
                    where[b, d, i, j] = i * stride + p, j * stride + q
    return y, (x.shape, where)


def maxpool_backward(dy, cache):
    shape, where = cache
    dx = np.zeros(shape)
    n, c, oh, ow = dy.shape
    for b in range(n):
        for d in range(c):
            for i in range(oh):
                for j in range(ow):
                    p, q = where[b, d, i, j]
                    dx[b, d, p, q] = dy[b, d, i, j]
    return dx
