import numpy as np


def exponentialLoss(y, pred):
    """y is 0 or 1; gradient and second derivative of exp(-y_ pred) with y_ = -1 or 1."""
    y_ = 2.0 * y - 1.0
    df = -y_ * np.exp(-y_ * pred)
    hess = np.exp(-y_ * pred)
    return df, hess


def exponential_metric(y, pred):
    return np.sum(np.exp(-(2.0 * y - 1.0) * pred))


class XGBClassifier:
    """A linear booster: coordinate by coordinate, Newton steps with shrinkage."""

    def __init__(self, objective, n_estimators=30, learning_rate=0.3, reg_lambda=1.0):
        self.objective = objective
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.reg_lambda = reg_lambda

    def fit(self, X, y):
        self.coef_ = np.zeros(X.shape[1])
        self.bias_ = 0.0
        for _ in range(self.n_estimators):
            grad, hess = self.objective(y, self.decision(X))
            self.bias_ -= self.learning_rate * grad.sum() / hess.sum()
            for j in range(X.shape[1]):
                grad, hess = self.objective(y, self.decision(X))
                G = (grad * X[:, j]).sum() + self.reg_lambda * self.coef_[j]
                H = (hess * X[:, j] ** 2).sum() + self.reg_lambda
                self.coef_[j] -= self.learning_rate * G / H
        return self

    def decision(self, X):
        return X @ self.coef_ + self.bias_

    def predict(self, X):
        return (self.decision(X) > 0).astype(int)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 4))
    y = (X[:, 0] - 0.5 * X[:, 1] + 0.3 * rng.normal(size=100) > 0).astype(int)
    clf = XGBClassifier(objective=exponentialLoss).fit(X, y)
    print(np.mean(clf.predict(X) == y), exponential_metric(y, clf.decision(X)))
