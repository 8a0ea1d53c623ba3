import numpy as np


class RowMax:
    def forward(self, x):
        self.x = x
        self.m = x.max(axis=1)
        return self.m

    def backward(self, dout):
        return (self.x == self.m[:, None]) * dout[:, None]
