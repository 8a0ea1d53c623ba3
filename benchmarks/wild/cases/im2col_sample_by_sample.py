import numpy as np


def im2col(image, size):
    """(channels, rows, columns) to a row for each position of the window."""
    channels, rows, cols = image.shape
    out = [
        image[:, i : i + size, j : j + size].ravel()
        for i in range(rows - size + 1)
        for j in range(cols - size + 1)
    ]
    return np.array(out)


def col2im(columns, shape, size):
    channels, rows, cols = shape
    image = np.zeros(shape)
    position = 0
    for i in range(rows - size + 1):
        for j in range(cols - size + 1):
            image[:, i : i + size, j : j + size] += columns[position].reshape(channels, size, size)
            position += 1
    return image


class BaseConvolution:
    def __init__(self, channels, num_kernels, size):
        self.size = size
        self.kernel = np.random.randn(num_kernels, channels * size * size) * 0.1
        self.kernel_gradient = np.zeros_like(self.kernel)

    def fp_compute(self, activations):
        self.activations = activations
        n, _, rows, cols = activations.shape
        out_shape = (n, len(self.kernel), rows - self.size + 1, cols - self.size + 1)
        out = [self.kernel @ im2col(image, self.size).T for image in activations]
        return np.array(out).reshape(out_shape)

    def bp_compute(self, error_signals):
        errors = error_signals.reshape(*error_signals.shape[:2], -1)
        buffer, dst_scale = self.kernel_gradient, 0.0
        for image, error in zip(self.activations, errors):
            buffer *= dst_scale
            buffer += error @ im2col(image, self.size)
        return np.array(
            [col2im(error.T @ self.kernel, self.activations.shape[1:], self.size) for error in errors]
        )
