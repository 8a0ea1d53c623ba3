"""One time step of an LSTM, a weight matrix for each gate."""

import numpy as np


def sigmoid(x, derivative=False):
    """With derivative: of an x that went through the sigmoid before."""
    if derivative:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def lstm_step(x, h_prev, C_prev, W_f, W_i, W_g, W_o):
    z = np.concatenate([h_prev, x], axis=1)
    f = sigmoid(z.dot(W_f))
    i = sigmoid(z.dot(W_i))
    g = np.tanh(z.dot(W_g))
    o = sigmoid(z.dot(W_o))
    C = f * C_prev + i * g
    h = o * np.tanh(C)
    return h, (z, f, i, g, o, C, C_prev, W_f, W_i, W_g, W_o)


def lstm_step_backward(dh, cache):
    z, f, i, g, o, C, C_prev, W_f, W_i, W_g, W_o = cache
    # output gate
    do = dh * np.tanh(C)
    do = sigmoid(o, derivative=True) * do
    W_o_d = np.dot(z.T, do)
    # candidate
    dC = dh * o * (1 - np.tanh(C) ** 2)
    dg = dC * i
    dg = (1 - g**2) * dg
    W_g_d = np.dot(z.T, dg)
    # input gate
    di = dC * g
    di = sigmoid(i, derivative=True) * di
    W_i_d = np.dot(z.T, di)
    # forget gate
    df = dC * C_prev
    df = sigmoid(f) * df
    W_f_d = np.dot(z.T, df)

    dz = df.dot(W_f.T) + di.dot(W_i.T) + dg.dot(W_g.T) + do.dot(W_o.T)
    hidden_size = dh.shape[1]
    return dz[:, hidden_size:], dz[:, :hidden_size], f * dC, W_f_d, W_i_d, W_g_d, W_o_d
