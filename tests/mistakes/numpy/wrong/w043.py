import numpy as np


def mse_loss(pred, target):
    diff = target - pred
    loss = (diff * diff).mean()
    grad = 2.0 * diff / diff.size
    return loss, grad
