"""Arithmetic of arrays as nodes of a graph; a row may stand for all rows."""

import numpy as np


class Add:
    def forward(self, first, second):
        self.shapes = first.shape, second.shape
        return np.add(first, second)

    def backward(self, grad):
        return grad, grad


class Mul:
    def forward(self, first, second):
        assert first.shape == second.shape
        self.values = first, second
        return first * second

    def backward(self, grad):
        first, second = self.values
        return grad * second, grad * first
