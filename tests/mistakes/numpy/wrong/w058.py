import numpy as np


def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(1, keepdims=True)
    inv = 1 / np.sqrt(x.var(1, keepdims=True) + eps)
    norm = (x - mu) * inv
    return norm * gamma + beta, (norm, inv, gamma)


def layernorm_backward(dout, cache):
    norm, inv, gamma = cache
    dbeta = dout.mean(0)
    dgamma = (dout * norm).sum(0)
    h = dout * gamma
    dx = inv * (h - h.mean(1, keepdims=True) - norm * (h * norm).mean(1, keepdims=True))
    return dx, dgamma, dbeta
