import numpy as np


def forward(x, weight, bias):
    return weight * x + bias


def mse(y_hat, y):
    return np.mean((y_hat - y) ** 2)


def backward(x, y, weight, bias):
    """The slopes of the loss for the weight and for the bias, which is 0 at the start."""
    y_hat = forward(x, weight, bias)
    dloss = 2 * (y_hat - y) / len(x)
    return np.sum(dloss * x), np.sum(dloss)


x, y = np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 3.5])
weight, bias = 0.4, 0.0
for step in range(15):
    dweight, dbias = backward(x, y, weight, bias)
    weight -= 0.01 * dweight
    bias -= 0.01 * dbias
