"""Logistic regression by gradient descent."""

import numpy as np


class LogisticRegression:
    def __init__(self, n_features, learning_rate=0.1):
        limit = 1 / np.sqrt(n_features)
        self.param = np.random.uniform(-limit, limit, n_features)
        self.learning_rate = learning_rate

    def predict_proba(self, X):
        return 1 / (1 + np.exp(-X.dot(self.param)))

    def loss(self, X, y):
        p = self.predict_proba(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, X, y):
        y_pred = self.predict_proba(X)
        return -(y - y_pred).dot(X)

    def fit(self, X, y, n_iterations=100):
        for _ in range(n_iterations):
            self.param -= self.learning_rate * self.gradient(X, y)
