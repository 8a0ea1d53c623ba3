import numpy as np


class RMSLayerNorm:
    def __init__(self, size, eps=1e-6):
        self.weight = np.ones(size)
        self.eps = eps

    def forward(self, x):
        self.x = x
        self.norm_x = np.linalg.norm(x, axis=-1, keepdims=True)
        self.rms_x = self.norm_x * x.shape[-1] ** (-1.0 / 2)
        self.x_normed = x / (self.rms_x + self.eps)
        return self.weight * self.x_normed

    def backward(self, dout):
        self.dweight = np.sum(dout * self.x_normed, axis=0)
        d = dout * self.weight
        root = self.x.shape[-1] ** (-1.0 / 2)
        drms = -np.sum(d * self.x, axis=-1, keepdims=True) / (self.rms_x + self.eps) ** 2
        return d / (self.rms_x + self.eps) + drms * root * self.x / self.norm_x
