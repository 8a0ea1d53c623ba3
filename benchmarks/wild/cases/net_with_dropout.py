"""One hidden layer with dropout, squared error."""

import numpy as np


class DropoutNet:
    def __init__(self, n_in, n_hidden, p=0.3):
        self.p = p
        self.W1 = np.random.randn(n_in, n_hidden) / np.sqrt(n_in)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, 1) / np.sqrt(n_hidden)

    def loss(self, X, y):
        z1 = X @ self.W1 + self.b1
        h = np.maximum(0.0, z1)
        keep = np.random.rand(*h.shape) > self.p
        hd = h * keep / (1 - self.p)
        out = hd @ self.W2
        loss = 0.5 * np.sum((out - y) ** 2)

        d_out = out - y
        d_hidden = d_out @ self.W2.T
        d_z1 = d_hidden * (z1 > 0)
        return loss, {"W1": X.T @ d_z1, "b1": d_z1.sum(axis=0), "W2": hd.T @ d_out}
