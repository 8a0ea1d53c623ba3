"""Softplus as an activation."""

import numpy as np


class Softplus:
    def func(self, x):
        return np.log(1.0 + np.exp(-np.abs(x))) + np.maximum(x, 0.0)

    def derivative_func(self, x):
        e = np.exp(-np.abs(x))
        return np.where(x >= 0, 1.0, e) / (1.0 + e)

    def forward(self, x):
        self.x = x
        return self.func(x)

    def backward(self, grad):
        return grad * self.derivative_func(self.x)
