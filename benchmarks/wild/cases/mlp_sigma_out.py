"""A multilayer perceptron for digits: sigmoids in both layers, cross-entropy summed over the classes."""

import numpy as np


class NeuralNetMLP:
    def __init__(self, n_features, n_hidden, n_classes, l2=0.01, eta=0.001):
        self.l2, self.eta = l2, eta
        self.w_h = np.random.normal(scale=0.1, size=(n_features, n_hidden))
        self.b_h = np.zeros(n_hidden)
        self.w_out = np.random.normal(scale=0.1, size=(n_hidden, n_classes))
        self.b_out = np.zeros(n_classes)

    def _sigmoid(self, z):
        return 1.0 / (1.0 + np.exp(-z))

    def _forward(self, X):
        a_h = self._sigmoid(X @ self.w_h + self.b_h)
        return a_h, self._sigmoid(a_h @ self.w_out + self.b_out)

    def compute_cost(self, X, y_enc):
        _, output = self._forward(X)
        penalty = 0.5 * self.l2 * (np.sum(self.w_h**2) + np.sum(self.w_out**2))
        return -np.sum(y_enc * np.log(output) + (1 - y_enc) * np.log(1 - output)) + penalty

    def fit_batch(self, X, y_enc):
        a_h, a_out = self._forward(X)

        sigma_out = a_out - y_enc
        sigma_h = sigma_out @ self.w_out.T * a_h * (1 - a_h)

        delta_w_h = X.T @ sigma_h + self.l2 * self.w_h
        delta_w_out = a_h.T @ sigma_out + self.l2 * self.w_out
        self.w_h -= self.eta * delta_w_h
        self.b_h -= self.eta * np.sum(sigma_h, axis=0)
        self.w_out -= self.eta * delta_w_out
        self.b_out -= self.eta * np.sum(sigma_out, axis=0)
