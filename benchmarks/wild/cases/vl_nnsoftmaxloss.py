import numpy as np


def vl_nnsoftmaxloss(X, c, dzdy=None):
    """The softmax loss of scores X, (cases, classes), for the classes c; with dzdy its derivative by X."""
    # minus the maximum, so that the exponentials stay small
    Xmax = X.max(axis=1, keepdims=True)
    ex = np.exp(X - Xmax)
    rows = np.arange(len(c))
    if dzdy is None:
        t = Xmax[:, 0] + np.log(ex.sum(axis=1)) - X[rows, c]
        return t.sum()
    Y = ex / ex.sum(axis=1, keepdims=True)
    Y[rows, c] -= 1
    return Y * dzdy
