import numpy as np


class L2:
    def __init__(self, strength):
        self.strength = strength

    def value(self, w):
        return 0.5 * self.strength * w @ w

    def slope(self, w):
        return self.strength * w


class RidgeRegression:
    """Linear regression with an L2 penalty, by gradient descent; the first weight is the intercept."""

    def __init__(self, iterations=100, rate=0.001, strength=0.1):
        self.iterations = iterations
        self.rate = rate
        self.penalty = L2(strength)

    def initialize(self, n_weights):
        self.w = np.random.uniform(-1, 1, n_weights) / np.sqrt(n_weights)

    def fit(self, X, y):
        X = np.insert(X, 0, 1, axis=1)
        self.initialize(X.shape[1])
        self.errors = []
        for _ in range(self.iterations):
            predicted = X @ self.w
            self.errors.append(np.mean(0.5 * (y - predicted) ** 2) + self.penalty.value(self.w))
            gradient = -(y - predicted) @ X + self.penalty.slope(self.w)
            self.w = self.w - self.rate * gradient

    def predict(self, X):
        return np.insert(X, 0, 1, axis=1) @ self.w
