"""Cost and gradient of regularised logistic regression, exercise 2."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def costFunctionReg(theta, X, y, lam):
    m = len(y)
    h = sigmoid(X.dot(theta))
    theta_reg = theta.copy()
    theta_reg[0] = 0  # the intercept is not regularised
    J = (-y.dot(np.log(h)) - (1 - y).dot(np.log(1 - h))) / m + lam / (2 * m) * theta_reg.dot(theta_reg)
    grad = (1 / m) * (X.T.dot(h - y) + lam * theta_reg)
    return J, grad
