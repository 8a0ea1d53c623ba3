"""A factorisation machine for labels of -1 and 1."""

import numpy as np


class FactorizationMachine:
    def __init__(self, n_features, k=2, seed=0):
        rng = np.random.RandomState(seed)
        self.w0 = np.zeros(1)
        self.w = np.zeros(n_features)
        self.V = 0.1 * rng.randn(n_features, k)

    def predict(self, X):
        pairs = 0.5 * ((X @ self.V) ** 2 - (X**2) @ (self.V**2)).sum(axis=1)
        return self.w0 + X @ self.w + pairs

    def loss(self, X, y):
        return np.sum(-np.log(1 + 1 / (1 + np.exp(-self.predict(X) * y))))

    def gradients(self, X, y):
        p = self.predict(X)
        multiplier = -y * (1 - 1 / (1 + np.exp(-p * y)))
        d_w0 = np.array([multiplier.sum()])
        d_w = X.T @ multiplier
        d_V = X.T @ (multiplier[:, None] * (X @ self.V)) - ((X**2).T @ multiplier)[:, None] * self.V
        return d_w0, d_w, d_V

    def step(self, X, y, rate=0.05):
        d_w0, d_w, d_V = self.gradients(X, y)
        self.w0 = self.w0 - rate * d_w0
        self.w = self.w - rate * d_w
        self.V = self.V - rate * d_V
