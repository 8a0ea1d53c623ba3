"""Max pooling of images (n, channels, rows, cols)."""

import numpy as np


def maxpool(x, k=3, stride=1):
    n, c, h, w = x.shape
    rows, cols = (h - k) // stride + 1, (w - k) // stride + 1
    y = np.empty((n, c, rows, cols))
    for i in range(rows):
        for j in range(cols):
            window = x[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            y[:, :, i, j] = window.max(axis=(2, 3))
    return y


def maxpool_grad(dy, y, x, k=3, stride=1):
    dx = np.zeros_like(x)
    n, c, rows, cols = dy.shape
    for b in range(n):
        for ch in range(c):
            for i in range(rows):
                for j in range(cols):
                    window = x[b, ch, i * stride : i * stride + k, j * stride : j * stride + k]
                    r, s = np.unravel_index(window.argmax(), window.shape)
                    dx[b, ch, i * stride + r, j * stride + s] = dy[b, ch, i, j]
    return dx


def maxpool_forward(x, k=3, stride=1):
    y = maxpool(x, k, stride)
    return y, (x, y, k, stride)


def maxpool_backward(dy, cache):
    x, y, k, stride = cache
    return maxpool_grad(dy, y, x, k, stride)
