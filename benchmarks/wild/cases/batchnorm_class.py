"""Batch normalisation by the equations of the paper."""

import numpy as np


class BatchNorm:
    def __init__(self, width, eps=1e-5):
        self.scale = np.ones(width)
        self.shift = np.zeros(width)
        self.eps = eps

    def forward(self, x):
        self.centred = x - x.mean(axis=0)
        self.inv_std = 1 / np.sqrt(x.var(axis=0) + self.eps)
        return self.scale * self.centred * self.inv_std + self.shift

    def backward(self, up):
        m = len(up)
        scaled = up * self.inv_std
        self.d_scale = np.sum(self.centred * scaled, axis=0)
        self.d_shift = np.sum(up, axis=0)
        d_var = -0.5 * np.sum(scaled * self.centred * self.inv_std**2, axis=0)
        d_mean = -np.sum(scaled, axis=0) - 2 * d_var * self.centred.mean(axis=0)
        return scaled + d_var * 2 * self.centred / m + d_mean / m
