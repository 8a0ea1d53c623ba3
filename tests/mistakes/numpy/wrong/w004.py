import numpy as np


def hinge_loss(scores, y):
    """y is -1 or +1"""
    loss = np.maximum(0, 1 - y * scores).mean()
    active = scores < 1
    return loss, -y * active / len(y)
