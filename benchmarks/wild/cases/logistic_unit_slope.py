import numpy as np


def activation(z):
    return 1.0 / (1.0 + np.exp(-z))


class LogisticUnit:
    """Squared error of one logistic unit; w is a row, the samples are columns."""

    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, X):
        self.X = X
        self.a = activation(self.w @ X + self.b)
        return self.a

    def backward(self, da):
        dz = da * (1 - self.a)
        self.dw = dz @ self.X.T
        self.db = np.sum(dz, axis=1, keepdims=True)
        return self.w.T @ dz
