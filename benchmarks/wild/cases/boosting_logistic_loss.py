"""Gradient boosting for two classes: the loss is asked for its gradient and second derivative."""

import numpy as np


class Sigmoid:
    def __call__(self, x):
        return 1 / (1 + np.exp(-x))

    def gradient(self, x):
        return self(x) * (1 - self(x))


class LogisticLoss:
    def __init__(self):
        sigmoid = Sigmoid()
        self.log_func = sigmoid
        self.log_grad = sigmoid.gradient

    def loss(self, y, y_pred):
        # -y log(p) - (1 - y) log(1 - p), for scores of any size
        return np.logaddexp(0, y_pred) - y * y_pred

    # by y_pred
    def gradient(self, y, y_pred):
        p = self.log_func(y_pred)
        return -(y - p)

    # the second derivative by y_pred
    def hess(self, y, y_pred):
        p = self.log_func(y_pred)
        return p * (1 - p)


class Stump:
    """One split at the median of the first column; a Newton step on each side."""

    def fit(self, X, y, y_pred, loss):
        self.threshold = np.median(X[:, 0])
        side = X[:, 0] > self.threshold
        self.values = [self._step(y[s], y_pred[s], loss) for s in (~side, side)]
        return self

    def _step(self, y, y_pred, loss):
        return np.sum(y - loss.log_func(y_pred)) / np.sum(loss.hess(y, y_pred))

    def predict(self, X):
        return np.where(X[:, 0] > self.threshold, self.values[1], self.values[0])


class Booster:
    def __init__(self, n_estimators=10, learning_rate=0.3):
        self.n_estimators, self.learning_rate = n_estimators, learning_rate
        self.loss = LogisticLoss()

    def fit(self, X, y):
        y_pred = np.zeros(len(y))
        self.trees = []
        for _ in range(self.n_estimators):
            tree = Stump().fit(X, y, y_pred, self.loss)
            y_pred += self.learning_rate * tree.predict(X)
            self.trees.append(tree)
        return np.mean(self.loss.loss(y, y_pred))


if __name__ == "__main__":
    rng = np.random.default_rng(2)
    X = rng.normal(size=(50, 2))
    print(Booster().fit(X, (X[:, 0] + 0.3 * X[:, 1] > 0).astype(float)))
