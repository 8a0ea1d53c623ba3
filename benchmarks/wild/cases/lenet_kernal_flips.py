import numpy as np


def convolve2d(a, k):
    """True convolution of the whole overlap: the kernel is turned around."""
    k = k[::-1, ::-1]
    h, w = a.shape[0] - k.shape[0] + 1, a.shape[1] - k.shape[1] + 1
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = np.sum(a[i : i + k.shape[0], j : j + k.shape[1]] * k)
    return out


class ConvLayer:
    def __init__(self, kernal):
        self.kernal = kernal

    def forward(self, input_map):
        self.input_map = input_map
        n, maps = len(input_map), len(self.kernal)
        h = input_map.shape[2] - self.kernal.shape[2] + 1
        w = input_map.shape[3] - self.kernal.shape[3] + 1
        out = np.zeros((n, maps, h, w))
        for imgId in range(n):
            for kId in range(maps):
                for cId in range(input_map.shape[1]):
                    turned = self.kernal[kId, cId, ::-1, ::-1]
                    out[imgId, kId] += convolve2d(input_map[imgId, cId], turned)
        return out

    def backward(self, front_delta):
        self.kernal_gradient = np.zeros_like(self.kernal)
        back_delta = np.zeros_like(self.input_map)
        p, q = self.kernal.shape[2] - 1, self.kernal.shape[3] - 1
        padded = np.pad(front_delta, ((0, 0), (0, 0), (p, p), (q, q)))
        for imgId in range(len(front_delta)):
            for kId in range(len(self.kernal)):
                for cId in range(self.input_map.shape[1]):
                    turned = front_delta[imgId, kId, ::-1, ::-1]
                    self.kernal_gradient[kId, cId] += convolve2d(self.input_map[imgId, cId], turned)
                    back_delta[imgId, cId] += convolve2d(padded[imgId, kId], self.kernal[kId, cId])
        return back_delta
