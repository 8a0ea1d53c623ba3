import numpy as np


def softmax_loss(x, y):
    x = x - x.max(axis=1, keepdims=True)
    total = np.exp(x).sum(axis=1, keepdims=True)
    loss = np.mean(np.log(total).ravel() - x[np.arange(x.shape[0]), y])
    dx = np.exp(x) / total
    return loss, dx
