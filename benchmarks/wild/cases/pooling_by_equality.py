import numpy as np


class PoolingLayer:
    """Maximum over windows of (num, channels, height, width)."""

    def __init__(self, kernel_size=2, stride=2):
        self.kernel_size, self.stride = kernel_size, stride

    def setup(self, bottom):
        num, channels, height, width = bottom.shape
        self.pooled_height = int(np.ceil((height - self.kernel_size) / self.stride)) + 1
        self.pooled_width = int(np.ceil((width - self.kernel_size) / self.stride)) + 1
        return num, channels, self.pooled_height, self.pooled_width

    def windows(self, bottom):
        height, width = bottom.shape[2:]
        for ph in range(self.pooled_height):
            for pw in range(self.pooled_width):
                hstart, wstart = ph * self.stride, pw * self.stride
                hend = min(hstart + self.kernel_size, height)
                wend = min(wstart + self.kernel_size, width)
                yield ph, pw, slice(hstart, hend), slice(wstart, wend)

    def forward(self, bottom):
        top = np.full(self.setup(bottom), -np.inf)
        for ph, pw, h, w in self.windows(bottom):
            top[:, :, ph, pw] = bottom[:, :, h, w].max(axis=(2, 3))
        self.bottom_data, self.top_data = bottom, top
        return top

    def backward(self, top_diff):
        bottom_diff = np.zeros_like(self.bottom_data)
        for ph, pw, h, w in self.windows(self.bottom_data):
            top = self.top_data[:, :, ph, pw][:, :, None, None]
            diff = top_diff[:, :, ph, pw][:, :, None, None]
            bottom_diff[:, :, h, w] += diff * (self.bottom_data[:, :, h, w] == top)
        return bottom_diff


if __name__ == "__main__":
    np.random.seed(1701)
    layer = PoolingLayer(3, 2)
    images = np.maximum(np.random.randn(2, 3, 7, 7), 0)
    pooled = layer.forward(images)
    print(pooled.shape, layer.backward(np.ones_like(pooled)).sum())
