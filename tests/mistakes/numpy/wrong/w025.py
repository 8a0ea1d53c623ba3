import numpy as np


def fc_forward(X, W, b):
    return X @ W + b, (X, W)


def fc_backward(dout, cache):
    X, W = cache
    dX = dout @ W
    dW = X.T @ dout
    db = dout.sum(axis=0)
    return dX, dW, db
