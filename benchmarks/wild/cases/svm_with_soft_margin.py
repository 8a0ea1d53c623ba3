import numpy as np


class SVM:
    """A linear support vector machine, trained by gradient descent on the hinge loss."""

    def __init__(self, learning_rate=0.01, reg_lambda=0.01, max_iter=200):
        self.learning_rate = learning_rate
        self.reg_lambda = reg_lambda
        self.max_iter = max_iter
        self.w = None
        self.b = 0.0

    def objective(self, X, y):
        margin = y * (X @ self.w + self.b)
        return self.reg_lambda * np.sum(self.w**2) + np.mean(np.maximum(0, 1 - margin))

    def gradients(self, X, y):
        m = X.shape[0]
        margin = y * (X @ self.w + self.b)
        idx = np.where(margin < 1)[0]
        if len(idx) == 0:
            return np.zeros_like(self.w), 0.0
        dw = 2 * self.reg_lambda * self.w - X[idx].T @ y[idx] / m
        db = -np.sum(y[idx]) / m
        return dw, db

    def train(self, data):
        X, y = data[:, :2], data[:, 2]
        y = np.where(y == 0, -1, 1)
        self.w = np.zeros(X.shape[1])
        self.b = 0.0
        for epoch in range(self.max_iter):
            dw, db = self.gradients(X, y)
            self.w -= self.learning_rate * dw
            self.b -= self.learning_rate * db

    def predict(self, X):
        return np.where(X @ self.w + self.b >= 0, 1, 0)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    data = np.column_stack([X + 2 * np.sign(X.sum(axis=1, keepdims=True)), X.sum(axis=1) > 0])
    svm = SVM(learning_rate=0.3)
    svm.train(data)
    print("accuracy:", np.mean(svm.predict(data[:, :2]) == data[:, 2]))
