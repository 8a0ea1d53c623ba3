"""An autoencoder of two layers, trained by gradient descent with momentum."""

import numpy as np


def sigmoid(X):
    return 1 / (1 + np.exp(-X))


def feed_forward(X, W1, b1, W2, b2):
    H1 = sigmoid(X @ W1.T + b1)
    Yhat = sigmoid(H1 @ W2.T + b2)
    return H1, Yhat


def objective(X, W1, b1, W2, b2):
    E = feed_forward(X, W1, b1, W2, b2)[1] - X
    return 0.5 * np.sum(E**2) / len(X)


def gradients(X, W1, b1, W2, b2):
    H1, Yhat = feed_forward(X, W1, b1, W2, b2)
    E = Yhat - X
    delta2 = E * Yhat * (1 - Yhat) / len(X)
    W2_grad = delta2.T @ H1
    b2_grad = delta2.sum(axis=0)
    delta1 = (delta2 @ W2) * H1 * (1 - H1)
    W1_grad = delta1.T @ X
    b1_grad = delta1.sum(axis=0)
    return W1_grad, b1_grad, W2_grad, b2_grad


def momentum_step(X, W1, b1, W2, b2, upd, step=0.1, mu=0.9):
    """The four parameters after a step, and the updates that the next step needs."""
    W1_grad, b1_grad, W2_grad, b2_grad = gradients(X, W1, b1, W2, b2)
    upd_W1, upd_b1, upd_W2, upd_b2 = upd
    upd_W1 = mu * upd_W1 - step * W1_grad
    upd_b1 = mu * upd_b1 - step * b1
    upd_W2 = mu * upd_W2 - step * W2_grad
    upd_b2 = mu * upd_b2 - step * b2
    return (W1 + upd_W1, b1 + upd_b1, W2 + upd_W2, b2 + upd_b2), (upd_W1, upd_b1, upd_W2, upd_b2)


def train(X, num_hidden, iterations=100):
    n, d = X.shape
    W1, W2 = np.random.uniform(-0.3, 0.3, (num_hidden, d)), np.random.uniform(-0.3, 0.3, (d, num_hidden))
    params = W1, np.zeros(num_hidden), W2, np.zeros(d)
    upd = 0.0, 0.0, 0.0, 0.0
    for k in range(iterations):
        params, upd = momentum_step(X, *params, upd)
        if k % 25 == 0:
            print("iteration", k, "objective", objective(X, *params))
    return params


if __name__ == "__main__":
    np.random.seed(0)
    train(np.random.rand(20, 8), 3)
