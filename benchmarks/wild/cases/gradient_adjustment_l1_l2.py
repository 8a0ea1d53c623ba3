import numpy as np


def penalty(params, l1=0.05, l2=0.3):
    return l1 * np.abs(params).sum() + 0.5 * l2 * (params**2).sum()


def penalty_gradient(params, l1=0.05, l2=0.3):
    if l2 > 0:
        return l2 * params
    elif l1 > 0:
        return l1 * np.sign(params)
    return np.zeros_like(params)
