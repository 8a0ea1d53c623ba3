import numpy as np


class LogisticRegression:
    """Labels 0 and 1; the smaller C, the stronger the regularization."""

    def __init__(self, learning_rate=0.01, C=1.0, regularization="l2", max_iter=50):
        self.learning_rate, self.C = learning_rate, C
        self.regularization, self.max_iter = regularization, max_iter

    def _exp_dot(self, x):
        return np.exp(x @ self.w)

    def predict_proba(self, x):
        p = self._exp_dot(x)
        return p / (1 + p)

    def objective(self, x, y):
        z = x @ self.w
        loss = self.C * np.sum(np.log1p(np.exp(z)) - y * z)
        if self.regularization == "l2":
            return loss + 0.5 * np.sum(self.w**2)
        return loss + np.sum(np.abs(self.w))

    def step(self, x, y):
        gradients = x.T @ (y - self.predict_proba(x))
        if self.regularization == "l2":
            self.w = self.w + self.learning_rate * (gradients * self.C - self.w)
        else:
            self.w = self.w + self.learning_rate * (gradients * self.C - np.sign(self.w))

    def fit(self, x, y):
        self.w = np.zeros(x.shape[1])
        for _ in range(self.max_iter):
            self.step(x, y)
        return self


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    y = (x[:, 0] > x[:, 1]).astype(float)
    print(LogisticRegression().fit(x, y).objective(x, y))
