import numpy as np


class OutputLayer:
    """Logistic output units and their cross-entropy."""

    def __init__(self, n_in, n_out):
        self.W = np.random.uniform(-0.1, 0.1, (n_in, n_out))
        self.b = np.zeros(n_out)

    def activate(self, x):
        return 1 / (1 + np.exp(-(x @ self.W + self.b)))

    def score(self, x, labels):
        a = self.activate(x)
        return -np.sum(labels * np.log(a) + (1 - labels) * np.log(1 - a)) / len(x)

    def gradient(self, x, labels):
        delta = self.activate(x) - labels
        gradient = {"W": x.T @ delta, "b": delta.mean(axis=0)}
        return GradientAdjustment.update(gradient, batch_size=len(x))

    def fit(self, x, labels, lr=0.1, iterations=10):
        for _ in range(iterations):
            gradient = self.gradient(x, labels)
            self.W -= lr * gradient["W"]
            self.b -= lr * gradient["b"]


class GradientAdjustment:
    @staticmethod
    def update(gradient, batch_size):
        return {name: each / batch_size for name, each in gradient.items()}
