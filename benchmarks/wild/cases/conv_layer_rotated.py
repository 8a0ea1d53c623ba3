"""A convolutional layer, stride 1 and no padding, in loops over the kernel's offsets."""

import numpy as np


def correlate(a, k):
    """All positions where k fits on a: (n, c, h, w) and (o, c, kh, kw)."""
    kh, kw = k.shape[2:]
    h, w = a.shape[2] - kh + 1, a.shape[3] - kw + 1
    out = np.zeros((a.shape[0], k.shape[0], h, w))
    for i in range(kh):
        for j in range(kw):
            out += np.einsum("nchw,oc->nohw", a[:, :, i : i + h, j : j + w], k[:, :, i, j])
    return out


class ConvLayer:
    def __init__(self, kernel):
        self.kernel = kernel

    def forward(self, x):
        self.x = x
        return correlate(x, self.kernel)

    def backward(self, residual):
        kh, kw = self.kernel.shape[2:]
        # the kernel turned twice by 90 degrees, inputs and outputs exchanged
        rotated = np.rot90(self.kernel, 2, axes=(2, 3)).swapaxes(0, 1)
        padded = np.pad(residual, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
        self.delta_k = correlate(self.x.swapaxes(0, 1), residual.swapaxes(0, 1)).swapaxes(0, 1)
        return correlate(padded, rotated)
