"""Sigmoid as an activation."""

import numpy as np


def sigmoid(sop):
    return 1.0 / (1 + np.exp(-1 * sop))


class SigmoidLayer:
    def forward(self, x):
        self.out = sigmoid(x)
        return self.out

    def backward(self, grad):
        return grad * self.out * (1 - self.out)
