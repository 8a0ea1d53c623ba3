import numpy as np


class ConvolutionalLayer:
    """Kernels over maps with one channel, (batch, rows, cols) -> (batch, kernel, rows, cols)."""

    def __init__(self, num_kernels, size):
        self.weight = np.random.randn(num_kernels, size, size)
        self.bias = np.zeros(num_kernels)

    def forward(self, x):
        self.x = x
        size = self.weight.shape[1]
        rows, cols = x.shape[1] - size + 1, x.shape[2] - size + 1
        out = np.zeros((x.shape[0], self.weight.shape[0], rows, cols))
        for r in range(rows):
            for c in range(cols):
                patch = x[:, r : r + size, c : c + size]
                out[:, :, r, c] = np.tensordot(patch, self.weight, [(1, 2), (1, 2)])
        return out + self.bias[:, None, None]

    def backward(self, error):
        size = self.weight.shape[1]
        dx = np.zeros_like(self.x)
        self.d_weight = np.zeros_like(self.weight)
        for r in range(error.shape[2]):
            for c in range(error.shape[3]):
                patch = self.x[:, r : r + size, c : c + size]
                self.d_weight += np.tensordot(error[:, :, r, c], patch, [(0,), (0,)])
                dx[:, r : r + size, c : c + size] += np.tensordot(error[:, :, r, c], self.weight, 1)
        self.d_bias = error.sum(axis=0)
        return dx
