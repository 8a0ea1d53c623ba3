"""Gradients of a perceptron with a tanh layer, in steps."""

import numpy as np


def nn_forward(x, params):
    wh, bh, wo, bo = params
    h = np.tanh(x @ wh + bh)
    return h @ wo + bo, (x, h, params)


def nn_backward(g_out, cache):
    x, h, (wh, bh, wo, bo) = cache
    g_wo = h.T @ g_out
    g_bo = g_out.sum(axis=0)
    g_h = g_out @ wo.T
    g_a = g_h * (1 - h**2)
    g_wh = x.T @ g_a
    g_bh = g_h.sum(axis=0)
    return g_wh, g_bh, g_wo, g_bo
