import numpy as np


class BatchNorm:
    """Columns are samples."""

    def __init__(self, size, eps=1e-8):
        self.gamma = np.ones((size, 1))
        self.beta = np.zeros((size, 1))
        self.eps = eps

    def Forward(self, input):
        self.mean = input.mean(axis=1, keepdims=True)
        self.variance = input.var(axis=1, keepdims=True)
        self.inputMean = input - self.mean
        self.stdInv = 1 / np.sqrt(self.variance + self.eps)
        self.normalized = self.inputMean * self.stdInv
        return self.gamma * self.normalized + self.beta

    def Backward(self, gy):
        norm = gy * self.gamma
        m = gy.shape[1]
        var = np.sum(norm * self.inputMean, axis=1, keepdims=True) * self.stdInv**3 * -0.5
        g = norm * self.stdInv + self.inputMean * var * 2 / m
        g += np.sum(norm * -self.stdInv, axis=1, keepdims=True) / m
        self.gradGamma = np.sum(self.normalized * gy, axis=1, keepdims=True)
        self.gradBeta = np.sum(gy, axis=1, keepdims=True)
        return g
