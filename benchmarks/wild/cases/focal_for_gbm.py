import numpy as np
from numpy import log


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def focal_eval(y_true, y_pred):
    """The metric; y_pred are raw scores."""
    p = sigmoid(y_pred)
    gamma, alpha = 2.0, 0.5
    pos = -alpha * (1 - p) ** gamma * log(p)
    neg = -(1 - alpha) * p**gamma * log(1 - p)
    return np.sum(np.where(y_true == 1, pos, neg))


def grad_func(y_true, p):
    if y_true == 1:
        return -0.5 * (2 * p - 2) * log(p) - 0.5 * (1 - p) ** 2 / p
    return 0.5 * p**2 / (1 - p) - p * log(1 - p)


def hess_func(y_true, p):
    if y_true == 1:
        return -log(p) - (2 * p - 2) / p + 0.5 * (p - 1) ** 2 / p**2
    return 0.5 * p**2 / (p - 1) ** 2 - 2 * p / (p - 1) - log(1 - p)


def focal_loss(y_true, y_pred):
    grad = []
    hess = []
    for t, score in zip(y_true, y_pred):
        p = min(max(sigmoid(score), 1e-12), 1 - 1e-12)
        grad.append(grad_func(t, p))
        hess.append(hess_func(t, p))
    return np.array(grad), np.array(hess)


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    x = rng.normal(size=80)
    y = (x > 0.5).astype(int)
    score = np.zeros(80)
    for _ in range(20):
        grad, hess = focal_loss(y, score)
        for side in (x > 0.5, x <= 0.5):
            score[side] -= 0.1 * grad[side].sum() / (hess[side].sum() + 1)
    print(focal_eval(y, score))
