"""Linear regression by gradient descent, X with a column of ones."""

import numpy as np


def cost(X, y, theta):
    m = len(y)
    return np.sum((X @ theta - y) ** 2) / (2 * m)


def gradient(X, y, theta):
    m = len(y)
    errors = X @ theta - y
    return X.T @ errors / m


def linear_regression_gradient_descent(X, y, alpha, iterations):
    theta = np.zeros(X.shape[1])
    for _ in range(iterations):
        theta = theta - alpha * gradient(X, y, theta)
    return np.round(theta, 4)
