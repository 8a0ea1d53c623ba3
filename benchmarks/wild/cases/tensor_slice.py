"""Taking a part of an array by any index, slices as well as lists."""

import numpy as np


class Slice:
    def forward(self, x, index):
        self.shape, self.index = x.shape, index
        return x[index]

    def backward(self, grad):
        out = np.zeros(self.shape)
        out[self.index] = grad
        return out
