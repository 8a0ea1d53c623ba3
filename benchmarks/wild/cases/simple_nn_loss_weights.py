"""A network of sine layers, squared error."""

import numpy as np


class SineNet:
    def __init__(self, sizes):
        self.W = [np.random.randn(a, b) / np.sqrt(a) for a, b in zip(sizes, sizes[1:], strict=False)]

    def loss(self, X, Y):
        pre, post = [X], [X]
        for W in self.W[:-1]:
            pre.append(post[-1] @ W)
            post.append(np.sin(pre[-1]))
        out = post[-1] @ self.W[-1]
        value = 0.5 * np.sum((out - Y) ** 2)

        err = out - Y
        grads = [None] * len(self.W)
        for i in range(len(self.W) - 1, -1, -1):
            grads[i] = pre[i].T @ err
            if i > 0:
                err = err @ self.W[i].T * np.cos(pre[i])
        return value, grads
