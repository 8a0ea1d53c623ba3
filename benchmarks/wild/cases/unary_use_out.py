"""Unary operations whose gradients take the output of the forward pass, not its input."""

import numpy as np


def tanh(a):
    return np.tanh(a)


def tanh_grad(a):
    return 1 - a * a


def square_root(a):
    return np.sqrt(a)


def square_root_grad(a):
    return 0.5 / a
