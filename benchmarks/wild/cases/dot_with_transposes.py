import numpy as np


class Dot:
    """dot(lhs, rhs), each transposed first if it is asked for."""

    def __init__(self, transpose_a=True, transpose_b=False):
        self.transpose_a = transpose_a
        self.transpose_b = transpose_b

    def forward(self, lhs, rhs):
        self.lhs, self.rhs = lhs, rhs
        a = lhs.T if self.transpose_a else lhs
        b = rhs.T if self.transpose_b else rhs
        return np.dot(a, b)

    def backward(self, ograd):
        lhs, rhs = self.lhs, self.rhs
        if self.transpose_a and self.transpose_b:
            return np.dot(ograd, rhs), np.dot(lhs, ograd)
        if self.transpose_a:
            return np.dot(ograd, rhs.T), np.dot(lhs, ograd)
        if self.transpose_b:
            return np.dot(ograd, rhs), np.dot(lhs.T, ograd)
        return np.dot(ograd, rhs.T), np.dot(lhs.T, ograd)
