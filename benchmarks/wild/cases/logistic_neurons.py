"""A layer of logistic neurons."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LogisticLayer:
    def __init__(self, n_in, n_out):
        self.w = 0.1 * np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)

    def forward(self, inputs):
        self.inputs = inputs
        self.total = inputs @ self.w + self.b
        return sigmoid(self.total)

    def backward(self, dout):
        d_total = dout * self.total * (1 - self.total)
        self.dw = self.inputs.T @ d_total
        self.db = d_total.sum(axis=0)
        return d_total @ self.w.T
