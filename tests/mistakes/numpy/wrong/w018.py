import numpy as np


class FullyConnected:
    """y = xW + b"""

    def __init__(self, input_size, output_size):
        self.W = np.random.normal(0, 0.01, (input_size, output_size))
        self.b = np.zeros(output_size)
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.x = x
        out = np.dot(x, self.W) + self.b
        return out

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        return dx
