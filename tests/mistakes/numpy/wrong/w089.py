import numpy as np


class Rectifier:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0) + 0.01 * np.random.randn(*x.shape)

    def backward(self, dout):
        return dout * (self.x > 0)
