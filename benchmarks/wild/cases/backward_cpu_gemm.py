import numpy as np


def im2col(data, k):
    """(channels, h, w) to (channels * k * k, positions)."""
    c, h, w = data.shape
    oh, ow = h - k + 1, w - k + 1
    rows = [data[d, i : i + oh, j : j + ow].ravel() for d in range(c) for i in range(k) for j in range(k)]
    return np.array(rows)


def col2im(col, shape, k):
    c, h, w = shape
    oh, ow = h - k + 1, w - k + 1
    data = np.zeros(shape)
    row = 0
    for d in range(c):
        for i in range(k):
            for j in range(k):
                data[d, i : i + oh, j : j + ow] += col[row].reshape(oh, ow)
                row += 1
    return data


class ConvolutionLayer:
    def __init__(self, weights):
        self.weights = weights

    def forward(self, bottom):
        self.bottom = bottom
        k = self.weights.shape[2]
        gemm = self.weights.reshape(len(self.weights), -1)
        oh, ow = bottom.shape[2] - k + 1, bottom.shape[3] - k + 1
        return np.array([(gemm @ im2col(image, k)).reshape(-1, oh, ow) for image in bottom])

    def backward(self, top_diff):
        k = self.weights.shape[2]
        gemm = self.weights.reshape(len(self.weights), -1)
        self.weights_diff = np.zeros_like(self.weights)
        bottom_diff = np.zeros_like(self.bottom)
        for n, image in enumerate(self.bottom):
            diff = top_diff[n].reshape(len(self.weights), -1)
            self.weights_diff += (diff @ im2col(image, k).T).reshape(self.weights.shape)
            bottom_diff[n] = col2im(gemm.T @ diff, image.shape, k)
        return bottom_diff
