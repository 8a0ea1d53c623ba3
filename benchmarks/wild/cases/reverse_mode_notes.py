"""Reverse mode of a network v_i = sigma(r_i), r_i = W_i v_{i-1} + b_i, as in the lecture notes."""

import numpy as np


def sigma(r):
    return np.tanh(r)


def sigma_prime(r):
    return 1 - np.tanh(r) ** 2


def primal(Ws, bs, v0):
    vs, rs = [v0], [None]
    for W, b in zip(Ws, bs):
        rs.append(W @ vs[-1] + b)
        vs.append(sigma(rs[-1]))
    return vs, rs


def C(Ws, bs, v0, y):
    vL = primal(Ws, bs, v0)[0][-1]
    return 0.5 * np.sum((vL - y) ** 2)


def reverse(Ws, bs, v0, y):
    vs, rs = primal(Ws, bs, v0)
    L = len(Ws)
    v_bar = vs[L] - y
    W_bars, b_bars = [None] * L, [None] * L
    for i in range(L, 0, -1):
        r_bar = v_bar * sigma_prime(rs[i])
        W_bars[i - 1] = np.outer(r_bar, vs[i - 1])
        b_bars[i - 1] = r_bar
        v_bar = Ws[i - 1].T @ v_bar
    return W_bars, b_bars


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    Ws = [rng.normal(size=(4, 2)), rng.normal(size=(3, 4)), rng.normal(size=(1, 3))]
    bs = [np.zeros(4), np.zeros(3), np.zeros(1)]
    v0, y = rng.normal(size=2), np.array([0.3])
    for _ in range(50):
        W_bars, b_bars = reverse(Ws, bs, v0, y)
        Ws = [W - 0.05 * g for W, g in zip(Ws, W_bars)]
        bs = [b - 0.05 * g for b, g in zip(bs, b_bars)]
    print(C(Ws, bs, v0, y))
