# Function          First derivative
# Loss = (y-h2)^2   dLoss/dh2 = -(y-h2)
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(h):
    return h * (1 - h)


def forward(x, w1, w2):
    h1 = sigmoid(x @ w1)
    h2 = sigmoid(h1 @ w2)
    return h1, h2


def loss(x, y, w1, w2):
    _, h2 = forward(x, w1, w2)
    return np.sum((y - h2) ** 2)


def gradients(x, y, w1, w2):
    h1, h2 = forward(x, w1, w2)
    dL_dh2 = -(y - h2)
    dL_dz2 = dL_dh2 * sigmoid_derivative(h2)
    dL_dw2 = h1.T @ dL_dz2
    dL_dh1 = dL_dz2 @ w2.T
    dL_dz1 = dL_dh1 * sigmoid_derivative(h1)
    dL_dw1 = x.T @ dL_dz1
    return dL_dw1, dL_dw2


if __name__ == "__main__":
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    Y = np.array([[0], [1], [1], [0]])
    rng = np.random.default_rng(2)
    w1, w2 = rng.normal(size=(2, 4)), rng.normal(size=(4, 1))
    for epoch in range(500):
        dw1, dw2 = gradients(X, Y, w1, w2)
        w1 = w1 - 0.5 * dw1
        w2 = w2 - 0.5 * dw2
    print(loss(X, Y, w1, w2))
