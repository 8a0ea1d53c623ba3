"""Which kind of animal it is, from 16 features: two layers of sigmoids, trained by hand."""

import torch


def sigma(x):
    return 1 / (1 + torch.exp(-x))


def sigma_prime(x):
    return sigma(x) * (1 - sigma(x))


def cost(X, y, w1, b1, w2, b2):
    a1 = sigma(X @ w1 + b1)
    y_pred = sigma(a1 @ w2 + b2)
    return torch.sum((y_pred - y) ** 2) / 2


def back_prop(X, y, w1, b1, w2, b2):
    l1 = X @ w1 + b1
    a1 = sigma(l1)
    l2 = a1 @ w2 + b2
    y_pred = sigma(l2)

    diff = y_pred - y
    d_l2 = diff * sigma_prime(l2)
    d_b2 = d_l2.sum(dim=0)
    d_w2 = a1.t() @ d_l2

    d_a1 = d_l2 @ w2.t()
    d_l1 = d_a1 * sigma_prime(l1)
    d_b1 = d_l1.sum(dim=0)
    d_w1 = X.t() @ d_l1
    return d_w1, d_b1, d_w2, d_b2
