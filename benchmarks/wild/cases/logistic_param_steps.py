import math

import numpy as np


class Sigmoid:
    def __call__(self, x):
        return 1 / (1 + np.exp(-x))

    def gradient(self, x):
        return self.__call__(x) * (1 - self.__call__(x))


class LogisticRegression:
    """Logistic regression by batch gradient descent on the mean log loss."""

    def __init__(self, learning_rate=0.1):
        self.param = None
        self.learning_rate = learning_rate
        self.sigmoid = Sigmoid()

    def _initialize_parameters(self, X):
        limit = 1 / math.sqrt(X.shape[1])
        self.param = np.random.uniform(-limit, limit, (X.shape[1],))

    def log_loss(self, X, y):
        y_pred = self.sigmoid(X.dot(self.param))
        return -np.mean(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))

    def log_loss_gradient(self, X, y):
        y_pred = self.sigmoid(X.dot(self.param))
        return -(y - y_pred).dot(X)

    def fit(self, X, y, n_iterations=100):
        self._initialize_parameters(X)
        for _ in range(n_iterations):
            self.param -= self.learning_rate * self.log_loss_gradient(X, y)

    def predict(self, X):
        return np.round(self.sigmoid(X.dot(self.param))).astype(int)
