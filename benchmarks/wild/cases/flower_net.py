import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class FlowerNet:
    """tanh and sigmoid; X (2, m), Y (1, m)."""

    def __init__(self, n_x=2, n_h=4, n_y=1):
        self.W1 = np.random.randn(n_h, n_x) * 0.01
        self.b1 = np.zeros((n_h, 1))
        self.W2 = np.random.randn(n_y, n_h) * 0.01
        self.b2 = np.zeros((n_y, 1))

    def forward(self, X):
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        self.A2 = sigmoid(self.W2 @ self.A1 + self.b2)
        return self.A2

    def cost(self, X, Y):
        A2 = self.forward(X)
        return -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))

    def backward(self, X, Y):
        m = X.shape[1]
        self.forward(X)
        dZ2 = self.A2 - Y
        dW2 = dZ2 @ self.A1.T / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = np.dot(dW2.T, dZ2) * (1 - np.power(self.A1, 2))
        dW1 = dZ1 @ X.T / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}

    def fit(self, X, Y, learning_rate=1.2, iterations=1000):
        for _ in range(iterations):
            for name, grad in self.backward(X, Y).items():
                setattr(self, name, getattr(self, name) - learning_rate * grad)
