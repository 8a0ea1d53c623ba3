"""CLiMF: a smoothed mean reciprocal rank, maximised by steps of gradient ascent, user by user."""

import numpy as np


def g(x):
    return 1 / (1 + np.exp(-x))


def dg(x):
    return np.exp(x) / (1 + np.exp(x)) ** 2


def objective(U, V, relevant, lbda):
    """The lower bound F(U, V); relevant[i] lists the items that user i likes."""
    F = -lbda / 2 * (np.sum(U * U) + np.sum(V * V))
    for i in range(len(U)):
        f = {j: U[i] @ V[j] for j in relevant[i]}
        for j in relevant[i]:
            F += np.log(g(f[j]))
            for k in relevant[i]:
                if k != j:
                    F += np.log(1 - g(f[k] - f[j]))
    return F


def gradient_user(U, V, i, items, lbda):
    f = {j: U[i] @ V[j] for j in items}
    dU = -lbda * U[i]
    for j in items:
        dU = dU + g(-f[j]) * V[j]
        for k in items:
            if k != j:
                dU = dU + (V[j] - V[k]) * dg(f[k] - f[j]) / (1 - g(f[k] - f[j]))
    return dU


def gradient_item(U, V, i, j, items):
    f = {k: U[i] @ V[k] for k in items}
    dV = np.zeros(V.shape[1])
    dV = dV + g(-f[j])
    for k in items:
        if k != j:
            pull = 1 / (1 - g(f[k] - f[j])) - 1 / (1 - g(f[j] - f[k]))
            dV = dV + dg(f[j] - f[k]) * pull * U[i]
    return dV


def gradients(U, V, relevant, lbda):
    dU, dV = np.zeros_like(U), -lbda * V
    for i in range(len(U)):
        dU[i] = gradient_user(U, V, i, relevant[i], lbda)
        for j in relevant[i]:
            dV[j] += gradient_item(U, V, i, j, relevant[i])
    return dU, dV


def train(relevant, num_items, factors=4, lbda=0.001, gamma=0.01, iterations=30):
    U = 0.01 * np.random.random((len(relevant), factors))
    V = 0.01 * np.random.random((num_items, factors))
    for _ in range(iterations):
        dU, dV = gradients(U, V, relevant, lbda)
        U, V = U + gamma * dU, V + gamma * dV
    return U, V
