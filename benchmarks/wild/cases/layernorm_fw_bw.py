import numpy as np

EPS = 1e-5


def layernorm_fw(x, gamma, beta):
    mean = x.mean(-1, keepdims=True)
    rstd = 1.0 / np.sqrt(x.var(-1, keepdims=True) + EPS)
    x_hat = (x - mean) * rstd
    return x_hat * gamma + beta, (x_hat, rstd, gamma)


def layernorm_bw(dy, cache):
    x_hat, rstd, gamma = cache
    dy_gamma = dy * gamma
    s1 = dy_gamma.mean(-1, keepdims=True)
    s2 = (dy_gamma * x_hat).mean(-1, keepdims=True)
    temp = s1
    dx = dy_gamma - temp
    temp = temp + x_hat * s2
    dx = rstd * (dx - temp)
    return dx, (dy * x_hat).sum(0), dy.sum(0)
