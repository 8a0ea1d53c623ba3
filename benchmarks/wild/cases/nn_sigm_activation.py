"""A layer of sigmoid units."""

import numpy as np


def sigm(p):
    return 1 / (1 + np.exp(-p))


class SigmLayer:
    def __init__(self, n_in, n_out):
        self.W = 0.1 * np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        self.a = sigm(x @ self.W)
        return self.a

    def backward(self, e):
        d_act = self.a * (1 - self.a)
        d = e * d_act
        self.dW = self.x.T @ d
        return d @ self.W.T
