"""Ridge regression by gradient descent: a base class, and a regulariser that knows its gradient."""

import numpy as np


class l2_regularization:
    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, w):
        return self.alpha * 0.5 * w.T.dot(w)

    def grad(self, w):
        return self.alpha * w


class Regression:
    def __init__(self, learning_rate, reg_factor):
        self.learning_rate = learning_rate
        self.regularization = l2_regularization(reg_factor)

    def mse(self, X, y, w):
        return np.mean(0.5 * (y - X.dot(w)) ** 2 + self.regularization(w))

    def step(self, X, y, w):
        """The weights after one step of gradient descent."""
        y_pred = X.dot(w)
        grad_w = -(y - y_pred).dot(X) + self.regularization.grad(w)
        return w - self.learning_rate * grad_w
