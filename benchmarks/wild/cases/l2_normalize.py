"""Each row divided by its Euclidean norm plus eps."""

import numpy as np


class NormalizeL2:
    def __init__(self, eps=0.1):
        self.eps = eps

    def forward(self, x):
        self.x = x
        self.norm = np.linalg.norm(x, axis=1, keepdims=True) + self.eps
        return x / self.norm

    def backward(self, gy):
        x_gy = (self.x * gy).sum(axis=1, keepdims=True)
        return (gy * self.norm - x_gy * self.x / self.norm) / self.norm**2
