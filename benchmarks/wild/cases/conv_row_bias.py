"""A convolution as one product of matrices; what it is given has been averaged over the batch by the loss."""

import numpy as np


def im2col(x, k):
    """(N, C, H, W) to (C k k, N H' W')."""
    N, C, H, W = x.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return windows.transpose(1, 4, 5, 0, 2, 3).reshape(C * k * k, -1)


def col2im(cols, shape, k):
    N, C, H, W = shape
    h_out, w_out = H - k + 1, W - k + 1
    x = np.zeros(shape)
    cols = cols.reshape(C, k, k, N, h_out, w_out)
    for i in range(k):
        for j in range(k):
            x[:, :, i : i + h_out, j : j + w_out] += cols[:, i, j].transpose(1, 0, 2, 3)
    return x


class Conv:
    def __init__(self, n_filter, in_channels, k):
        self.k = k
        self.w = np.random.randn(n_filter, in_channels, k, k)
        self.b = np.zeros((n_filter, 1))

    def forward(self, x):
        self.x_shape = x.shape
        self.x_col = im2col(x, self.k)
        out = self.w.reshape(len(self.w), -1) @ self.x_col + self.b
        h_out, w_out = x.shape[2] - self.k + 1, x.shape[3] - self.k + 1
        return out.reshape(len(self.w), len(x), h_out, w_out).transpose(1, 0, 2, 3)

    def backward(self, d_out):
        d_out_col = d_out.transpose(1, 0, 2, 3).reshape(len(self.w), -1)
        self.d_w = (d_out_col @ self.x_col.T).reshape(self.w.shape)
        self.d_b = d_out_col.sum(axis=1).reshape(len(self.w), 1)
        d_col = self.w.reshape(len(self.w), -1).T @ d_out_col
        return col2im(d_col, self.x_shape, self.k)
