"""A perceptron for digits: tanh, softmax, squared error."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_slope(z):
    return softmax(z) * (1 - softmax(z))


class Network:
    def __init__(self, d_in, hidden, d_out):
        self.params = {
            "W1": 0.1 * np.random.randn(d_in, hidden),
            "b1": np.zeros(hidden),
            "W2": 0.1 * np.random.randn(hidden, d_out),
            "b2": np.zeros(d_out),
        }

    def loss(self, X, y):
        p = self.params
        a1 = np.tanh(X @ p["W1"] + p["b1"])
        z2 = a1 @ p["W2"] + p["b2"]
        a2 = softmax(z2)
        n = X.shape[0]
        loss = np.sum((a2 - y) ** 2) / (2 * n)

        d2 = (a2 - y) / n * softmax_slope(z2)
        d1 = d2 @ p["W2"].T * (1 - a1**2)
        return loss, {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": a1.T @ d2, "b2": d2.sum(axis=0)}
