import numpy as np


class Conv2DLayer:
    def __init__(self, channels, filters, kernel):
        self.weight = np.random.normal(0, 0.1, (filters, channels, kernel, kernel))
        self.bias = np.zeros(filters)

    def _windows(self, x, size):
        return np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))

    def forwarding(self, x):
        self.x = x
        k = self.weight.shape[2]
        windows = self._windows(x, (k, k))
        return np.einsum("ncijuv,fcuv->nfij", windows, self.weight) + self.bias[:, None, None]

    def calcGradient(self, derivative):
        patches = self._windows(self.x, derivative.shape[2:])
        self.d_weight = np.einsum("ncuvij,nfij->cfuv", patches, derivative)
        self.d_bias = derivative.sum(axis=(0, 2, 3))

    def calcDerivative(self, derivative):
        k = self.weight.shape[2]
        edge = [(0, 0), (0, 0), (k - 1, k - 1), (k - 1, k - 1)]
        windows = self._windows(np.pad(derivative, edge), (k, k))
        return np.einsum("nfijuv,fcuv->ncij", windows, self.weight[:, :, ::-1, ::-1])

    def backwarding(self, derivative):
        self.calcGradient(derivative)
        return self.calcDerivative(derivative)
