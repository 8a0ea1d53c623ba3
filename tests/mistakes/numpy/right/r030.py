import numpy as np


def l2_penalty(W, reg):
    return 0.5 * reg * np.sum(W * W), reg * W
