import numpy as np


class LogSoftMax:
    """Columns are samples, as in the library that this is ported from."""

    def Forward(self, input):
        maximum = input.max(axis=0, keepdims=True)
        shifted = input - maximum
        self.output = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
        return self.output

    def Backward(self, gy):
        return np.exp(self.output) + gy
