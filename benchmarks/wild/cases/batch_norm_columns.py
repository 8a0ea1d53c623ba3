import numpy as np


class BatchNorm:
    """Every column is a point, as in Armadillo; statistics are taken along the rows."""

    def __init__(self, size, eps=1e-8):
        self.size = size
        self.eps = eps
        self.gamma = np.ones((size, 1))
        self.beta = np.zeros((size, 1))

    def Forward(self, input):
        mean = input.mean(axis=1, keepdims=True)
        variance = input.var(axis=1, keepdims=True)
        self.inputMean = input - mean
        self.stdInv = 1.0 / np.sqrt(variance + self.eps)
        self.normalized = self.inputMean * self.stdInv
        return self.gamma * self.normalized + self.beta

    def Backward(self, gy):
        n_cols = gy.shape[1]
        # Step 1: dl / dxhat.
        norm = gy * self.gamma
        # Step 2: sum dl / dxhat * (x - mu) * -0.5 * stdInv^3.
        var = np.sum(norm * self.inputMean, axis=1, keepdims=True) * self.stdInv**3 * -0.5
        # Step 3: dl / dxhat * stdInv + var * 2 (x - mu) / m.
        return norm * self.stdInv + self.inputMean * var * 2 / n_cols

    def Gradient(self, error):
        self.d_gamma = np.sum(self.normalized * error, axis=1, keepdims=True)
        self.d_beta = np.sum(error, axis=1, keepdims=True)
        return np.concatenate([self.d_gamma, self.d_beta])
