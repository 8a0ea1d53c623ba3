import numpy as np

np.random.seed(1)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(a):
    return a * (1 - a)


class SimpleNetwork:
    def __init__(self, inputs, hidden, outputs):
        self.w1 = np.random.randn(inputs, hidden)
        self.b1 = np.zeros((1, hidden))
        self.w2 = np.random.randn(hidden, outputs)
        self.b2 = np.zeros((1, outputs))

    def forward(self, X):
        self.h = sigmoid(X @ self.w1 + self.b1)
        self.o = sigmoid(self.h @ self.w2 + self.b2)
        return self.o

    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)

    def backward(self, X, y, lr):
        delta_o = (self.o - y) * sigmoid_derivative(self.o)
        delta_h = (delta_o @ self.w2.T) * sigmoid_derivative(self.h)
        self.w2 -= lr * self.h.T @ delta_o
        self.b2 -= lr * delta_o[0]
        self.w1 -= lr * X.T @ delta_h
        self.b1 -= lr * delta_h[0]


if __name__ == "__main__":
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    y = np.array([[0], [1], [1], [0]], dtype=float)
    net = SimpleNetwork(2, 3, 1)
    for epoch in range(200):
        net.forward(X)
        net.backward(X, y, 0.5)
