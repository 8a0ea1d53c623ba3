import numpy as np


class Conv1D:
    """Convolution of a signal with several kernels, each output as long as the kernel fits."""

    def __init__(self, kernel_size=3, n_kernels=2):
        self.kernel_size = kernel_size
        self.n_kernels = n_kernels
        self.weights = np.random.normal(size=(n_kernels, kernel_size)) * np.sqrt(1 / kernel_size)
        self.bias = np.zeros(n_kernels)

    def forward(self, x):
        self.x = x
        self.y = np.array(
            [np.convolve(x, weights, mode="valid") + bias for weights, bias in zip(self.weights, self.bias)]
        )
        return self.y

    def backward(self, de_dy):
        self.de_db = de_dy.sum(axis=1)
        self.de_dw = np.zeros(self.weights.shape)
        de_dx = np.zeros(self.x.shape)
        for i_kernel in range(self.n_kernels):
            self.de_dw[i_kernel] = np.correlate(self.x, de_dy[i_kernel], mode="valid")
            de_dx += np.correlate(de_dy[i_kernel], self.weights[i_kernel], mode="full")
        return de_dx
