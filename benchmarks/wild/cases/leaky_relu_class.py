"""Leaky rectifier that remembers its output only."""

import numpy as np


class LeakyReLU:
    def __init__(self, slope=0.0):
        self.slope = slope

    def forward(self, x):
        y = x.copy()
        y[x < 0] *= self.slope
        self.y = y
        return y

    def backward(self, gy):
        gx = gy.copy()
        gx[self.y < 0] *= self.slope
        return gx
