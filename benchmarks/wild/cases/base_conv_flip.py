import numpy as np


class BaseConv:
    """Images are (batch, height, width, channels), weights (k, k, in, out); no padding."""

    def __init__(self, in_channels, out_channels, ksize=3):
        self.ksize = ksize
        self.weights = np.random.randn(ksize, ksize, in_channels, out_channels)
        self.bias = np.random.randn(out_channels)

    def windows(self, x):
        k = self.ksize
        h, w = x.shape[1] - k + 1, x.shape[2] - k + 1
        return np.stack([x[:, i : i + h, j : j + w, :] for i in range(k) for j in range(k)], axis=3)

    def forward(self, x):
        self.x = x
        self.col = self.windows(x)
        taps = self.weights.reshape(self.ksize**2, *self.weights.shape[2:])
        return np.einsum("nhwtc,tco->nhwo", self.col, taps) + self.bias

    def backward(self, eta):
        k = self.ksize
        self.w_gradient = np.einsum("nhwtc,nhwo->tco", self.col, eta).reshape(self.weights.shape)
        self.b_gradient = eta.sum(axis=(0, 1, 2))
        padded = np.pad(eta, ((0, 0), (k - 1, k - 1), (k - 1, k - 1), (0, 0)))
        flipped = np.flipud(np.fliplr(self.weights)).reshape(k * k, *self.weights.shape[2:])
        return np.einsum("nhwtc,tco->nhwo", self.windows(padded), flipped)
