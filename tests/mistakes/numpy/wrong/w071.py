import numpy as np


def loss(X, y, W1, b1, W2, b2):
    """A network with one hidden layer: the mean cross-entropy and its gradients."""
    n = len(X)
    z1 = X @ W1 + b1
    a1 = np.where(z1 > 0, z1, 0)
    z2 = a1 @ W2 + b2
    m = z2.max(axis=1, keepdims=True)
    logp = z2 - m - np.log(np.exp(z2 - m).sum(axis=1, keepdims=True))
    value = -logp[np.arange(n), y].sum() / n

    d2 = np.exp(logp)
    d2[np.arange(n), y] -= 1
    d2 /= n
    d1 = (d2 @ W2.T) * (z1 > 0)
    grads = {"W1": X.T @ d1, "b1": d1.mean(axis=0), "W2": a1.T @ d2, "b2": d2.sum(axis=0)}
    return value, grads
