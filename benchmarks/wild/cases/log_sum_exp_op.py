"""LogSumExp as an operation of a course's framework, stable in compute, short in gradient."""

import numpy as np


class LogSumExp:
    def __init__(self, axis):
        self.axis = axis

    def compute(self, Z):
        Z_max = np.max(Z, axis=self.axis, keepdims=True)
        total = np.sum(np.exp(Z - Z_max), axis=self.axis, keepdims=True)
        self.Z, self.out = Z, np.log(total) + Z_max
        return np.squeeze(self.out, axis=self.axis)

    def gradient(self, out_grad):
        return np.expand_dims(out_grad, self.axis) * np.exp(self.Z - self.out)
