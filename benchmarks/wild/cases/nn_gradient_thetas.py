"""The network for handwritten digits of the course: sigmoid everywhere, thetas with a column for the bias."""

import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))


def forward(Theta1, Theta2, X):
    a1 = np.hstack((np.ones((len(X), 1)), X))
    z2 = a1.dot(Theta1.T)
    a2 = np.hstack((np.ones((len(X), 1)), sigmoid(z2)))
    h = sigmoid(a2.dot(Theta2.T))
    return a1, z2, a2, h


def nnCostFunction(Theta1, Theta2, X, class_y, Lambda):
    m = len(X)
    h = forward(Theta1, Theta2, X)[-1]
    term = np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2)
    J = -np.sum(class_y * np.log(h) + (1 - class_y) * np.log(1 - h)) / m
    return J + Lambda * term / (2 * m)


def nnGradient(Theta1, Theta2, X, class_y, Lambda):
    m = len(X)
    a1, z2, a2, h = forward(Theta1, Theta2, X)
    Theta1_grad, Theta2_grad = np.zeros(Theta1.shape), np.zeros(Theta2.shape)
    for i in range(m):
        delta3 = h[i] - class_y[i]
        Theta2_grad += np.outer(delta3, a2[i])
        delta2 = Theta2[:, 1:].T.dot(delta3) * sigmoidGradient(z2[i])
        Theta1_grad += np.outer(delta2, a1[i])
    Theta1_grad[:, 1:] += Lambda * Theta1[:, 1:]
    Theta2_grad[:, 1:] += Lambda * Theta2[:, 1:]
    return Theta1_grad / m, Theta2_grad / m
