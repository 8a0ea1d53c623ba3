"""Convolution of one-channel images with stride 2, step by step."""

import numpy as np


def conv_forward(image, W, b, stride=2):
    m, n_H, n_W = image.shape
    f = W.shape[0]
    out = np.zeros((m, (n_H - f) // stride + 1, (n_W - f) // stride + 1))
    for h in range(out.shape[1]):
        for w in range(out.shape[2]):
            patch = image[:, h * stride : h * stride + f, w * stride : w * stride + f]
            out[:, h, w] = np.sum(patch * W, axis=(1, 2)) + b
    return out, (image, W, b)


def conv_backward(up, cache):
    image, W, b = cache
    f = W.shape[0]
    d_image, dW = np.zeros(image.shape), np.zeros(W.shape)
    for h in range(up.shape[1]):
        for w in range(up.shape[2]):
            patch = image[:, h : h + f, w : w + f]
            d_image[:, h : h + f, w : w + f] += W * up[:, h, w, None, None]
            dW += np.sum(patch * up[:, h, w, None, None], axis=0)
    return d_image, dW, np.sum(up)
