import numpy as np


def affine_forward(x, w, b):
    cache = (x, w, b)
    return np.dot(x, w) + b, cache


def affine_backward(dout, cache):
    x, w, b = cache
    grad_w = np.dot(x.T, dout)
    grad_x = np.dot(dout, w.T)
    grad_b = np.sum(dout, axis=0)
    return grad_w, grad_x, grad_b
