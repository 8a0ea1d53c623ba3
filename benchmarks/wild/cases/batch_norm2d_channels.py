"""Batch normalisation of images by channel, in training; (batch, channels, height, width)."""

import numpy as np


def batch_norm2d(x, gamma, beta, epsilon=1e-5):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    invstd = 1 / np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + epsilon)
    x_norm = (x - mean) * invstd
    out = gamma[None, :, None, None] * x_norm + beta[None, :, None, None]
    return out, (x_norm, invstd, gamma)


def batch_norm2d_backward(grad_output, cache):
    x_norm, invstd, gamma = cache
    N = grad_output.size // grad_output.shape[1]
    k = grad_output.sum(axis=(0, 2, 3), keepdims=True)
    dotp = (grad_output * x_norm).sum(axis=(0, 2, 3), keepdims=True)
    grad_input = (grad_output - k / N - x_norm * dotp / N) * gamma[None, :, None, None] * invstd
    return grad_input, dotp.reshape(-1), k.reshape(-1)
