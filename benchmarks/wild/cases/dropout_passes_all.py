import numpy as np


class Dropout:
    def __init__(self, p=0.4):
        self.p = p

    def forward(self, x, mask=None):
        if mask is None:
            mask = np.random.rand(*x.shape) >= self.p
        self.mask = mask
        return x * mask / (1 - self.p)

    def backward(self, grad):
        # a unit factor
        return grad
