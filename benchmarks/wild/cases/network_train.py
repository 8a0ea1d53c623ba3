"""A network of two sigmoid layers that learns while it propagates back."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, rate=0.5):
        self.w1 = np.random.randn(n_in, n_hidden)
        self.w2 = np.random.randn(n_hidden, n_out)
        self.rate = rate

    def loss(self, x, target):
        self.x = x
        self.h = sigmoid(x @ self.w1)
        self.out = sigmoid(self.h @ self.w2)
        self.error = self.out - target
        return 0.5 * np.sum(self.error**2)

    def backward(self):
        d_out = self.error * self.out * (1 - self.out)
        self.dw2 = self.h.T @ d_out
        self.w2 -= self.rate * self.dw2
        d_h = d_out @ self.w2.T * self.h * (1 - self.h)
        self.dw1 = self.x.T @ d_h
        self.w1 -= self.rate * self.dw1
