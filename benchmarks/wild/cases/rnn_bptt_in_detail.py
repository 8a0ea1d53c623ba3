"""h_t = W_hx x_t + W_hh h_{t-1}, o_t = W_qh h_t: the gradients in detail. x is (steps, inputs)."""

import numpy as np


def forward(x, W_hx, W_hh, W_qh):
    h = [np.zeros(W_hh.shape[0])]
    o = []
    for x_t in x:
        h.append(W_hx @ x_t + W_hh @ h[-1])
        o.append(W_qh @ h[-1])
    return np.array(o), h


def loss(x, y, W_hx, W_hh, W_qh):
    o, _ = forward(x, W_hx, W_hh, W_qh)
    return 0.5 * np.sum((o - y) ** 2) / len(x)


def gradients(x, y, W_hx, W_hh, W_qh):
    T = len(x)
    o, h = forward(x, W_hx, W_hh, W_qh)
    dW_hx, dW_hh, dW_qh = np.zeros_like(W_hx), np.zeros_like(W_hh), np.zeros_like(W_qh)
    dL_dh = np.zeros(W_hh.shape[0])
    for t in range(T - 1, -1, -1):
        dL_do = (o[t] - y[t]) / T
        dW_qh += np.outer(dL_do, h[t + 1])
        # all of the later steps are in dL_dh, so that one factor is enough below
        dL_dh = W_hh.T @ dL_dh + W_qh.T @ dL_do
        dW_hx += np.outer(dL_dh, x[t])
        dW_hh += np.outer(dL_dh, h[t])
    return dW_hx, dW_hh, dW_qh
