import numpy as np


class LinearRegression:
    def __init__(self, learning_rate=0.01, n_iters=200):
        self.lr = learning_rate
        self.n_iters = n_iters
        self.W = None
        self.loss_history = []

    def add_bias(self, X):
        return np.hstack([np.ones((X.shape[0], 1)), X])

    def loss(self, W, X, y):
        m = X.shape[0]
        E = X @ W - y
        return np.linalg.norm(E, 2) / (2 * m)

    def gradient(self, W, X, y):
        m = X.shape[0]
        E = X @ W - y
        return X.T @ E / m

    def fit(self, X, y):
        X = self.add_bias(X)
        self.W = np.zeros((X.shape[1], 1))
        for _ in range(self.n_iters):
            self.loss_history.append(self.loss(self.W, X, y))
            self.W = self.W - self.lr * self.gradient(self.W, X, y)
        return self

    def predict(self, X):
        return self.add_bias(X) @ self.W


if __name__ == "__main__":
    np.random.seed(0)
    X = np.random.rand(80, 1) * 2
    y = 4 + 3 * X + 0.1 * np.random.randn(80, 1)
    model = LinearRegression(learning_rate=0.3).fit(X, y)
    print(model.W.ravel(), model.loss_history[-1])
