import numpy as np


def vl_nnsoftmaxloss(X, c, dzdy=None):
    """
    The softmax log-loss of scores X (samples, classes) and labels c.

    Without dzdy the loss, summed over the samples; with it the gradient with respect to X.
    """
    n = X.shape[0]
    Xmax = np.max(X, axis=1, keepdims=True)
    ex = np.exp(X - Xmax)
    rows = np.arange(n)

    if dzdy is None:
        t = Xmax[:, 0] + np.log(np.sum(ex, axis=1)) - X[rows, c]
        return np.sum(t)

    Y = ex / np.sum(ex, axis=1, keepdims=True)
    Y[rows, c] -= 1
    return Y * dzdy


if __name__ == "__main__":
    X = np.array([[1.0, 2.0, 0.5], [800.0, 0.0, -3.0]])
    c = np.array([1, 0])
    print(vl_nnsoftmaxloss(X, c))
    print(vl_nnsoftmaxloss(X, c, 1.0))
