import numpy as np


class HuberLoss:
    def __init__(self, delta=1.0):
        self.d = delta

    def __call__(self, prediction, target):
        return self.forward(prediction, target)

    def forward(self, prediction, target):
        self.e = e = prediction - target
        a = (np.abs(e) <= self.d).astype(float)
        b = (e > self.d).astype(float)
        return np.sum(a * e**2 / 2 + b * self.d * (np.abs(e) - self.d / 2))

    def backward(self):
        return np.clip(self.e, -self.d, self.d)
