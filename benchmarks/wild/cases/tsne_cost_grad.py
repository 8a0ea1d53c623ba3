"""t-SNE: the cost of an embedding up to a constant, and its gradient; P is symmetric and sums to one."""

import numpy as np


def cost_grad(Y, P):
    N = len(Y)
    Qu = 1 / (1 + np.sum((Y[:, None] - Y[None]) ** 2, axis=2))
    np.fill_diagonal(Qu, 0)
    Q = np.maximum(Qu / Qu.sum(), 1e-100)

    cost = 0.0
    grad = np.zeros_like(Y)
    for i in range(N):
        for j in range(N):
            cost += -P[i, j] * np.log(Q[i, j])  # without the part that does not depend on Y
            premult = 4 * (P[i, j] - Q[i, j]) * Qu[i, j]
            grad[i] += premult * (Y[i] - Y[j])
    return cost, grad
