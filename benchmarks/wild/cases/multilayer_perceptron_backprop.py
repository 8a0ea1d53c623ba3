"""Deltas are the gradients of the loss by the sums of each layer. The output is logistic, or a softmax."""

import numpy as np


def inplace_tanh_derivative(Z, delta):
    delta *= 1 - Z**2


def inplace_relu_derivative(Z, delta):
    delta[Z == 0] = 0


DERIVATIVES = {"tanh": inplace_tanh_derivative, "relu": inplace_relu_derivative}
ACTIVATIONS = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}


class BaseMultilayerPerceptron:
    def __init__(self, units=(4, 5, 3), activation="tanh", seed=0):
        rng = np.random.RandomState(seed)
        self.activation = activation
        self.coefs_ = [rng.randn(a, b) for a, b in zip(units[:-1], units[1:])]
        self.intercepts_ = [np.zeros(b) for b in units[1:]]

    def _forward_pass(self, X):
        activations = [X]
        last = len(self.coefs_) - 1
        for i, (coef, intercept) in enumerate(zip(self.coefs_, self.intercepts_)):
            z = activations[-1] @ coef + intercept
            activations.append(1 / (1 + np.exp(-z)) if i == last else ACTIVATIONS[self.activation](z))
        return activations

    def loss(self, X, y):
        prob = self._forward_pass(X)[-1]
        return -np.sum(y * np.log(prob) + (1 - y) * np.log(1 - prob)) / len(X)

    def _backprop(self, X, y):
        n_samples = len(X)
        activations = self._forward_pass(X)
        # logistic with binary cross-entropy, softmax with categorical cross-entropy
        delta = activations[-1] - y
        coef_grads, intercept_grads = [], []
        for i in range(len(self.coefs_) - 1, -1, -1):
            coef_grads.insert(0, activations[i].T @ delta / n_samples)
            intercept_grads.insert(0, np.sum(delta, axis=0) / n_samples)
            if i > 0:
                delta = delta @ self.coefs_[i].T
                DERIVATIVES[self.activation](activations[i], delta)
        return coef_grads, intercept_grads
