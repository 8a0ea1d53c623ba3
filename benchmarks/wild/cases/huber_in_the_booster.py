import numpy as np

DELTA = 1.0


def huber_metric(preds, labels):
    r = np.abs(labels - preds)
    return np.sum(np.where(r > DELTA, DELTA * (r - 0.5 * DELTA), 0.5 * r**2))


def huber_objective(preds, labels):
    error_comp = labels - preds
    signage = error_comp / np.abs(error_comp)
    grad = np.where(np.abs(error_comp) > DELTA, signage * DELTA, error_comp)
    hess = np.where(np.abs(error_comp) > DELTA, 0, -1)
    return grad, hess


class LinearBooster:
    """One Newton step for each feature in turn, as gblinear does."""

    def __init__(self, eta=0.1, reg_lambda=1.0):
        self.eta, self.reg_lambda = eta, reg_lambda

    def train(self, X, labels, objective, rounds):
        self.weights = np.zeros(X.shape[1])
        for _ in range(rounds):
            for j in range(X.shape[1]):
                grad, hess = objective(X @ self.weights, labels)
                G, H = grad @ X[:, j], hess @ X[:, j] ** 2
                self.weights[j] -= self.eta * G / (H + self.reg_lambda)
        return self


if __name__ == "__main__":
    rng = np.random.default_rng(10)
    X = rng.normal(size=(50, 3))
    labels = X @ np.array([1.0, -2.0, 0.5]) + rng.standard_t(2, size=50)
    booster = LinearBooster().train(X, labels, huber_objective, 10)
    print("mae", np.mean(np.abs(labels - X @ booster.weights)))
