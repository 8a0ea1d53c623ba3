import numpy as np


def svm_loss(x, y):
    N = x.shape[0]
    own = x[np.arange(N), y]
    margins = np.maximum(0, x - own[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
