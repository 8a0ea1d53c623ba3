"""Gradient boosting for classification, after the steps of the chapter."""

import numpy as np


def sigmoid(f):
    return 1.0 / (1.0 + np.exp(-f))


def log_loss(y, f):
    p = sigmoid(f)
    return np.sum(-y * np.log(p) + (1 - y) * np.log(1 - p))


def initial_value(y):
    p = np.mean(y)
    return np.log(p / (1 - p))


def pseudo_residuals(y, f):
    # r_im = -[dL(y_i, F(x_i)) / dF(x_i)]
    return y - sigmoid(f)


class Stump:
    def fit(self, X, r, p):
        best = -np.inf
        for j in range(X.shape[1]):
            for cut in np.percentile(X[:, j], [10, 30, 50, 70, 90]):
                left = X[:, j] <= cut
                gain = sum(r[side].sum() ** 2 / max(side.sum(), 1) for side in (left, ~left))
                if gain > best:
                    best, self.j, self.cut = gain, j, cut
        left = X[:, self.j] <= self.cut
        self.leaves = [r[s].sum() / max((p[s] * (1 - p[s])).sum(), 1e-12) for s in (left, ~left)]
        return self

    def predict(self, X):
        return np.where(X[:, self.j] <= self.cut, *self.leaves)


def boost(X, y, rounds=20, eta=0.1):
    f = np.full(len(y), initial_value(y))
    for m in range(rounds):
        r = pseudo_residuals(y, f)
        f = f + eta * Stump().fit(X, r, sigmoid(f)).predict(X)
    return f


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.normal(size=(80, 4))
    y = (X[:, 0] + 0.5 * X[:, 2] > 0.2).astype(float)
    f = boost(X, y)
    print("loss", log_loss(y, f), "accuracy", np.mean((f > 0) == (y == 1)))
