import numpy as np


def network_loss(X, y, W1, b1, W2, b2):
    h_in = np.dot(X, W1) + b1
    h = np.maximum(h_in, 0)
    s = np.dot(h, W2) + b2
    s -= np.max(s, axis=1, keepdims=True)
    p = np.exp(s) / np.sum(np.exp(s), axis=1, keepdims=True)
    rows = np.arange(X.shape[0])
    loss = np.mean(np.log(np.sum(np.exp(s), axis=1)) - s[rows, y])

    ds = p
    ds[rows, y] -= 1
    dW2, db2 = np.dot(h.T, ds), np.sum(ds, axis=0)
    dh = np.dot(ds, W2.T)
    dh[h_in <= 0] = 0
    dW1, db1 = np.dot(X.T, dh), np.sum(dh, axis=0)
    return loss, (dW1, db1, dW2, db2)
