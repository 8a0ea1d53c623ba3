import numpy as np


def im2col(image, kernel):
    """(C, H, W) to (C * k * k, number of positions)."""
    C, H, W = image.shape
    oh, ow = H - kernel + 1, W - kernel + 1
    cols = [image[:, i : i + kernel, j : j + kernel].ravel() for i in range(oh) for j in range(ow)]
    return np.stack(cols, axis=1)


def col2im(cols, shape, kernel):
    C, H, W = shape
    image = np.zeros(shape)
    oh, ow = H - kernel + 1, W - kernel + 1
    for p in range(oh * ow):
        i, j = divmod(p, ow)
        image[:, i : i + kernel, j : j + kernel] += cols[:, p].reshape(C, kernel, kernel)
    return image


class ConvolutionKernel:
    def __init__(self, channels, filters, kernel):
        self.kernel = kernel
        self.weight = np.random.uniform(-0.3, 0.3, (filters, channels * kernel * kernel))
        self.bias = np.zeros(filters)

    def forward(self, bottom):
        N, C, H, W = bottom.shape
        self.shape = bottom.shape
        self.cols = [im2col(image, self.kernel) for image in bottom]
        top = np.stack([self.weight @ cols + self.bias[:, None] for cols in self.cols])
        return top.reshape(N, -1, H - self.kernel + 1, W - self.kernel + 1)

    def backward(self, top_diff):
        top_diff = top_diff.reshape(len(top_diff), len(self.weight), -1)
        self.weight_diff = np.zeros_like(self.weight)
        self.bias_diff = np.zeros_like(self.bias)
        bottom_diff = np.empty(self.shape)
        for n in range(len(top_diff)):
            self.weight_diff += top_diff[n] @ self.cols[n].T
            self.bias_diff += top_diff[n] @ np.ones(top_diff.shape[2])
            bottom_diff[n] = col2im(self.weight.T @ top_diff[n], self.shape[1:], self.kernel)
        return bottom_diff


if __name__ == "__main__":
    np.random.seed(0)
    images = np.random.randn(8, 2, 6, 6)
    conv, target = ConvolutionKernel(2, 3, 3), np.random.randn(8, 3, 4, 4)
    for _ in range(30):
        top = conv.forward(images)
        conv.backward((top - target) / len(images))
        conv.weight -= 0.01 * conv.weight_diff
        conv.bias -= 0.01 * conv.bias_diff
    print(0.5 * np.sum((top - target) ** 2) / len(images))
