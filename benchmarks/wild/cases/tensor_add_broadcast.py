"""A small graph of operations: product, sum, tanh."""

import numpy as np


def affine_tanh(x, w, biases):
    product = x.dot(w)
    total = product + biases
    out = np.tanh(total)
    return out, (x, w, out)


def affine_tanh_grad(grad, cache):
    x, w, out = cache
    grad_total = grad * (1 - out**2)
    grad_product = grad_biases = grad_total
    grad_x = grad_product.dot(w.T)
    grad_w = x.T.dot(grad_product)
    return grad_x, grad_w, grad_biases
