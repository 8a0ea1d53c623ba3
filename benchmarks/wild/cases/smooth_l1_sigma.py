import numpy as np


class SmoothL1:
    def __init__(self, sigma=3.0):
        self.sigma_squared = sigma**2

    def forward(self, y_true, y_pred):
        self.diff = y_pred - y_true
        near = np.abs(self.diff) < 1.0 / self.sigma_squared
        quadratic = 0.5 * self.sigma_squared * self.diff**2
        linear = np.abs(self.diff) - 0.5 / self.sigma_squared
        return np.sum(np.where(near, quadratic, linear)) / len(y_true)

    def backward(self):
        near = np.abs(self.diff) < 1.0 / self.sigma_squared
        return np.where(near, self.sigma_squared * self.diff, np.sign(self.diff)) / len(self.diff)
