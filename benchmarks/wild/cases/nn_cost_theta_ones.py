"""Exercise 4: cost and gradient of a network with one hidden layer, bias units in the first columns."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def nnCostFunction(theta1, theta2, features, y_matrix, reg):
    m = features.shape[0]

    a1 = np.c_[np.ones((m, 1)), features]
    a2 = np.c_[np.ones((m, 1)), sigmoid(a1.dot(theta1.T))]
    a3 = sigmoid(a2.dot(theta2.T))

    J = (-1 / m) * np.sum(np.log(a3) * y_matrix + np.log(1 - a3) * (1 - y_matrix)) + (reg / (2 * m)) * (
        np.sum(np.square(theta1[:, 1:])) + np.sum(np.square(theta2[:, 1:]))
    )

    d3 = a3 - y_matrix
    d2 = d3.dot(theta2[:, 1:]) * a2[:, 1:] * (1 - a2[:, 1:])
    delta1 = d2.T.dot(a1)
    delta2 = d3.T.dot(a2)

    theta1_ = np.c_[np.ones((theta1.shape[0], 1)), theta1[:, 1:]]
    theta2_ = np.c_[np.ones((theta2.shape[0], 1)), theta2[:, 1:]]
    theta1_grad = delta1 / m + (theta1_ * reg) / m
    theta2_grad = delta2 / m + (theta2_ * reg) / m
    return J, theta1_grad, theta2_grad
