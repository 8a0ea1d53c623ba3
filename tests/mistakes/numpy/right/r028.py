import numpy as np


class MSELoss:
    def forward(self, pred, target):
        self.r = pred - target
        return (self.r**2).mean()

    def backward(self):
        return 2.0 / self.r.size * self.r
