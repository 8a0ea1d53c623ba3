import numpy as np


def subsample_forward(a, scale=2):
    h, w, n = a.shape
    return a.reshape(h // scale, scale, w // scale, scale, n).mean(axis=(1, 3))


def expand(d, scale):
    return np.repeat(np.repeat(d, scale, axis=0), scale, axis=1)


def subsample_backward(d, scale=2):
    return expand(d, scale) / scale**2
