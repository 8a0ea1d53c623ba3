"""Linear regression with fit and predict."""

import numpy as np


def mean_squared_error(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


class LinearRegression:
    def __init__(self, learning_rate=0.001, n_iters=1000):
        self.lr = learning_rate
        self.n_iters = n_iters
        self.weights = None
        self.bias = None
        self.losses = []

    def fit(self, X, y):
        n_samples, n_features = X.shape

        # init parameters
        self.weights = np.zeros(n_features)
        self.bias = 0

        # gradient descent
        for _ in range(self.n_iters):
            y_predicted = np.dot(X, self.weights) + self.bias
            self.losses.append(mean_squared_error(y, y_predicted))

            # derivatives of the mean squared error
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y_predicted - y)

            self.weights -= self.lr * dw
            self.bias -= self.lr * db
        return self

    def predict(self, X):
        return np.dot(X, self.weights) + self.bias


if __name__ == "__main__":
    rng = np.random.default_rng(4)
    X = rng.normal(size=(80, 1))
    y = 75 * X[:, 0] + 20 * rng.normal(size=80)
    regressor = LinearRegression(learning_rate=0.01).fit(X[:64], y[:64])
    print("MSE:", mean_squared_error(y[64:], regressor.predict(X[64:])))
