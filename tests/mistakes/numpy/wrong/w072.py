import numpy as np


class Tanh:
    def forward(self, x):
        y = np.tanh(x)
        self.y = y.copy()
        return y

    def backward(self, dy):
        self.y *= self.y
        return dy * (1 - self.y)
