import numpy as np


def l2_penalty(W, reg):
    loss = 0.5 * reg * np.sum(W * W)
    grad = 2 * reg * W
    return loss, grad
