"""Regularised logistic regression for an optimiser that asks for cost and gradient."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def mapFeature(X1, X2, degree=6):
    out = [np.ones(len(X1))]
    for i in range(1, degree + 1):
        for j in range(i + 1):
            out.append(X1 ** (i - j) * X2**j)
    return np.stack(out, axis=1)


def costFunctionReg(theta, X, y, lambda_):
    """J, a number, and grad, like theta; the first parameter is the intercept."""
    m, n = X.shape
    h_theta = sigmoid(X @ theta)

    J = (1 / m) * (-y @ np.log(h_theta) - (1 - y) @ np.log(1 - h_theta))
    J = J + (lambda_ / (2 * m)) * (theta[1:] @ theta[1:])

    thetaZero = theta
    thetaZero[1] = 0
    grad = (1 / m) * (X.T @ (h_theta - y)) + lambda_ / m * thetaZero
    return J, grad


def gradientDescent(X, y, lambda_, alpha=1.0, iterations=200):
    theta = np.zeros(X.shape[1])
    history = []
    for _ in range(iterations):
        J, grad = costFunctionReg(theta, X, y, lambda_)
        theta = theta - alpha * grad
        history.append(J)
    return theta, history


def predict(theta, X):
    return sigmoid(X @ theta) >= 0.5


if __name__ == "__main__":
    rng = np.random.default_rng(6)
    points = rng.uniform(-1, 1, (118, 2))
    y = (np.hypot(*points.T) < 0.7).astype(float)
    X = mapFeature(points[:, 0], points[:, 1])
    theta, history = gradientDescent(X, y, 1.0)
    print("cost:", history[0], history[-1], "train accuracy:", np.mean(predict(theta, X) == y))
