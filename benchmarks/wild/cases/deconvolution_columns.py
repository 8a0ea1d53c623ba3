import numpy as np


class DeconvolutionLayer:
    """bottom (N, C, H, W) -> top (N, F, H + K - 1, W + K - 1), by the backward pass of a convolution."""

    def __init__(self, channels, num_output, kernel_size):
        self.kernel = kernel_size
        self.blob = 0.2 * np.random.randn(channels, num_output, kernel_size, kernel_size)
        self.bias = np.zeros(num_output)
        self.col_buffer_ = None

    def conv_im2col(self, data):
        F, height, width = data.shape
        H, W = height - self.kernel + 1, width - self.kernel + 1
        col = np.empty((F, self.kernel, self.kernel, H, W))
        for i in range(self.kernel):
            for j in range(self.kernel):
                col[:, i, j] = data[:, i : i + H, j : j + W]
        return col.reshape(-1, H * W)

    def forward_gemm(self, input, skip_im2col=False):
        """The convolution of a top blob, as the bottom's gradient has it."""
        if not skip_im2col:
            self.col_buffer_ = self.conv_im2col(input)
        return self.blob.reshape(len(self.blob), -1) @ self.col_buffer_

    def weight_gemm(self, top_diff, bottom_data):
        self.col_buffer_ = self.conv_im2col(top_diff)
        return bottom_data.reshape(len(self.blob), -1) @ self.col_buffer_.T

    def Forward(self, bottom):
        self.bottom = bottom
        N, C, H, W = bottom.shape
        K = self.kernel
        top = np.zeros((N, self.blob.shape[1], H + K - 1, W + K - 1))
        for n in range(N):
            for i in range(K):
                for j in range(K):
                    part = np.einsum("chw,cf->fhw", bottom[n], self.blob[:, :, i, j])
                    top[n, :, i : i + H, j : j + W] += part
        return top + self.bias[:, None, None]

    def Backward(self, top_diff):
        N = len(self.bottom)
        bottom_diff = np.zeros_like(self.bottom)
        self.blob_diff = np.zeros_like(self.blob)
        self.bias_diff = top_diff.sum(axis=(0, 2, 3))
        for n in range(N):
            # gradient w.r.t. weight, which leaves its columns in the buffer
            self.blob_diff += self.weight_gemm(top_diff[n], self.bottom[n]).reshape(self.blob.shape)
            # gradient w.r.t. bottom data; the columns are there already
            diff = self.forward_gemm(top_diff[0], skip_im2col=True)
            bottom_diff[n] = diff.reshape(self.bottom.shape[1:])
        return bottom_diff


if __name__ == "__main__":
    np.random.seed(0)
    layer = DeconvolutionLayer(2, 1, 3)
    x, target = np.random.randn(3, 2, 4, 4), np.random.randn(3, 1, 6, 6)
    for _ in range(20):
        top = layer.Forward(x)
        layer.Backward((top - target) / len(x))
        layer.blob -= 0.05 * layer.blob_diff
        layer.bias -= 0.05 * layer.bias_diff
    print(np.mean((top - target) ** 2))
