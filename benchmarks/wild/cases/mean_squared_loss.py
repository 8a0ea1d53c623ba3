"""Mean squared error."""

import numpy as np


def mean_squared_loss(pred, truth):
    diff = truth - pred
    loss = np.sum(diff * diff) / len(pred)
    grad = -diff / len(pred)
    return loss, grad
