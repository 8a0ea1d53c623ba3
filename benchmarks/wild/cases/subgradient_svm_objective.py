import numpy as np


def svm_objective(w, X, y, C):
    """0.5 |w|^2 / C + sum of the hinges; y is 1 or -1."""
    margins = 1 - y * (X @ w)
    loss = np.sum(np.maximum(0, margins)) + 0.5 * np.sum(w * w) / C

    active = margins > 0
    psi = -(X * y[:, None])[active].sum(axis=0)
    grad = psi + w / C / 2.0
    return loss, grad
