"""Dropout that can be put around a layer's input."""

import numpy as np


class Dropout:
    def __init__(self, p=0.4):
        self.p = p
        self.trainable = True

    def forward(self, X):
        scaler, mask = 1.0, np.ones(X.shape)
        if self.trainable:
            scaler = 1.0 / (1.0 - self.p)
            mask = np.random.rand(*X.shape) >= self.p
        self.X = X
        return scaler * mask * X

    def backward(self, dLdy):
        assert self.trainable, "Layer is frozen"
        return dLdy * (1.0 / (1.0 - self.p))
