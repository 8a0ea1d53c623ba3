"""Clipping, with a functor for the gradient that is called for each element."""

import numpy as np


class ClipGradFunctor:
    def __init__(self, min, max):
        self.min_, self.max_ = min, max

    def __call__(self, x, y):
        return x if self.min_ < y < self.max_ else 0.0


class ClipOp:
    def __init__(self, min, max):
        self.min, self.max = min, max

    def forward(self, x):
        self.x = x
        return np.clip(x, self.min, self.max)

    def backward(self, d_out):
        functor = ClipGradFunctor(self.min, self.max)
        return np.vectorize(functor, otypes=[float])(d_out, self.x)
