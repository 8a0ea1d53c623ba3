import numpy as np


class Adaline:
    """An adaptive linear neuron that learns by gradient descent on all examples."""

    def __init__(self, eta=0.01, epochs=50, seed=1):
        self.eta = eta
        self.epochs = epochs
        self.seed = seed

    def initialize(self, n_features):
        rng = np.random.RandomState(self.seed)
        self.weights = 0.01 * rng.randn(n_features)
        self.bias = np.zeros(1)

    def output(self, X):
        return X @ self.weights + self.bias

    def fit(self, X, y):
        self.initialize(X.shape[1])
        self.losses = []
        for _ in range(self.epochs):
            errors = y - self.output(X)
            self.losses.append((errors**2).mean())
            self.weights = self.weights + self.eta * 2 * X.T @ errors / len(X)
            self.bias = self.bias + self.eta * 2 * errors.mean()
        return self

    def predict(self, X):
        return (self.output(X) >= 0.5).astype(int)
