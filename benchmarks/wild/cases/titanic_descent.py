import numpy as np


def hypothesis(theta, X):
    """X has a column for each passenger."""
    return 1 / (1 + np.exp(-np.dot(theta.T, X)))


def cost_error(theta, X, Y):
    hx = hypothesis(theta, X)
    return np.sum(Y * np.log(hx) + (1 - Y) * np.log(1 - hx)) / Y.shape[1]


def cost_derivative(theta, X, Y):
    diff = hypothesis(theta, X) - Y
    return np.dot(diff, X.T).T / X.shape[1]


def gradient_descent(X, Y, alpha=0.0001, iterations=1000):
    theta = np.random.randint(0, 10, size=(X.shape[0], 1)).astype(float)
    error_log = np.empty(iterations)
    for i in range(iterations):
        theta = theta - alpha * cost_derivative(theta, X, Y)
        error_log[i] = cost_error(theta, X, Y)
    return theta, error_log
