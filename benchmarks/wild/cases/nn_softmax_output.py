"""Network with a sigmoid layer and a softmax output."""

import numpy as np


class NN:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden) / np.sqrt(n_in)
        self.W2 = np.random.randn(n_hidden, n_out) / np.sqrt(n_hidden)

    def loss(self, x, y):
        m = x.shape[0]
        a1 = 1 / (1 + np.exp(-x @ self.W1))
        z = a1 @ self.W2
        a2 = np.exp(z - z.max(axis=1, keepdims=True))
        a2 = a2 / a2.sum(axis=1, keepdims=True)
        L = -np.sum(y * np.log(a2)) / m

        e = y - a2
        d2 = -e
        d1 = d2 @ self.W2.T * (a1 * (1 - a1))
        return L, {"W1": x.T @ d1 / m, "W2": a1.T @ d2 / m}
