"""Softmax as a layer that keeps its exponentials."""

import numpy as np


class Softmax:
    def forward(self, X):
        self.e = np.exp(X)
        return self.e / np.sum(self.e, axis=1, keepdims=True)

    def backward(self, dY):
        return np.multiply(dY, self.e)
