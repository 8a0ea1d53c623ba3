import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    D = x.shape[1]
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mu, var = np.mean(x, axis=0), np.var(x, axis=0)
        x_ = (x - mu) / np.sqrt(var + eps)
        out = gamma * x_ + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (x, x_, gamma, mu, var, eps)
    elif mode == "test":
        x_ = (x - running_mean) / np.sqrt(running_var + eps)
        out, cache = gamma * x_ + beta, None
    else:
        raise ValueError(f"Invalid mode {mode!r}")
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var
    return out, cache


def batchnorm_backward(dout, cache):
    x, x_, gamma, mu, var, eps = cache
    N = x.shape[0]
    dgamma = np.sum(dout * x_, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx_ = dout * gamma
    dvar = np.sum(dx_ * (x - mu) * -0.5 * (var + eps) ** -1.5, axis=0)
    dmu = np.sum(-dx_ / np.sqrt(var + eps), axis=0) + dvar * np.sum(-2 * (x - mu), axis=0) / N
    dx = dx_ / np.sqrt(var + eps) + dvar * 2 * (x - mu) / N + dmu / N
    return dx, dgamma, dbeta
