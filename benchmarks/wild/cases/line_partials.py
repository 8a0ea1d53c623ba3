"""A straight line through points: mean squared error and its partial derivatives."""

import numpy as np


def predict(x, w, b):
    return w * x + b


def mse(x, y, w, b):
    return np.mean((y - predict(x, w, b)) ** 2)


def partial_derivatives(x, y, w, b):
    y_hat = predict(x, w, b)
    dw = -(2 / sum(x)) * sum(x * (y - y_hat))
    db = -(2 / sum(x)) * sum(y - y_hat)
    return dw, db


# the data, and a few steps downhill
x = np.linspace(0, 4, 20)
y = 3 * x - 1 + 0.1 * np.random.randn(20)
w, b = np.random.random(), np.random.random()
a = 0.02
for _ in range(50):
    dw, db = partial_derivatives(x, y, w, b)
    w = w - a * dw
    b = b - a * db
print("mse after training:", mse(x, y, w, b))
