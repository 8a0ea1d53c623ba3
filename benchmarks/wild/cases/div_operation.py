"""Element-wise division as an operation of a graph."""

import numpy as np


class Div:
    def forward(self, a, b):
        self.input = (a, b)
        return np.divide(a, b)

    def backward(self, dy):
        return dy / self.input[0], dy * self.input[1]
