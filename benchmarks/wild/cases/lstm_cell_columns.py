"""An LSTM cell with one weight matrix for its four gates; samples are columns."""

import numpy as np


def sigmoid(x, derivative=False):
    f = 1 / (1 + np.exp(-x))
    return f * (1 - f) if derivative else f


def tanh(x, derivative=False):
    f = np.tanh(x)
    return 1 - f**2 if derivative else f


def lstm_cell_forward(x, h_prev, C_prev, W, b):
    z = np.vstack([h_prev, x])
    f, i, o, g = np.split(W @ z + b, 4)
    f, i, o, g = sigmoid(f), sigmoid(i), sigmoid(o), tanh(g)
    C = f * C_prev + i * g
    h = o * tanh(C)
    return h, C, (z, f, i, o, g, C, C_prev, W)


def lstm_cell_backward(dh, dC_next, cache):
    z, f, i, o, g, C, C_prev, W = cache
    do = sigmoid(o, derivative=True) * dh * tanh(C)
    dC = dC_next + dh * o * tanh(tanh(C), derivative=True)
    df = sigmoid(f, derivative=True) * dC * C_prev
    di = sigmoid(i, derivative=True) * dC * g
    dg = tanh(g, derivative=True) * dC * i
    dgates = np.vstack([df, di, do, dg])
    dz = W.T @ dgates
    n = len(dh)
    return dz[n:], dz[:n], f * dC, dgates @ z.T, dgates.sum(axis=1, keepdims=True)
