"""Batch normalisation with scale and shift."""

import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-8):
    N = x.shape[0]
    mu = 1.0 / N * np.sum(x, axis=0)
    centred = x - mu
    var = 1.0 / N * np.sum(centred**2, axis=0)
    rstd = 1.0 / np.sqrt(var + eps)
    hat = centred * rstd
    return gamma * hat + beta, (hat, rstd, gamma)


def batchnorm_backward(dout, cache):
    hat, rstd, gamma = cache
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * hat, axis=0)
    dx = gamma * rstd / N * (N * dout - dbeta - hat * dgamma)
    return dx, dgamma, dbeta
