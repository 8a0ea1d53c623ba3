"""Log density of independent normal variables and its gradients."""

import numpy as np


def logpdf_forward(x, mean, var):
    out = -0.5 * np.log(2 * np.pi * var) - 0.5 * (x - mean) ** 2 / var
    return out, (x, mean, var)


def logpdf_backward(dout, cache):
    x, mean, var = cache
    dx = -dout * (x - mean) / var
    dmean = dout * (x - mean) / var
    dvar = dout * 0.5 * (1 / var - (x - mean) ** 2 / var**2)
    return dx, dmean, dvar
