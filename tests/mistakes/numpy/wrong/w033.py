import numpy as np


def softmax_loss(x, y):
    N = x.shape[0]
    x = x - x.max(axis=1, keepdims=True)
    logp = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    loss = -logp[range(N), y].mean()
    dscores = np.exp(logp)
    dscores[range(N), y] -= 1
    dscores /= N
    dx = dscores / N
    return loss, dx
