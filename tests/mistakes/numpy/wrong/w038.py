import numpy as np


class ReLU:
    def forward(self, x):
        x[x < 0] = 0
        self.out = x
        return self.out

    def backward(self, dout):
        return dout * (self.out > 0)
