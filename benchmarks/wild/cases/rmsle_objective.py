"""The root mean squared logarithmic error as an objective for gradient boosting."""

import numpy as np


class DMatrix:
    def __init__(self, data, label):
        self.data, self.label = data, label

    def get_label(self):
        return self.label


def rmsle(ypred, dtrain):
    y = dtrain.get_label()
    return np.sqrt(np.mean((np.log1p(ypred) - np.log1p(y)) ** 2))


# returns the gradient of the rmsle, and a second derivative that is always positive
def rmsle_obj(ypred, dtrain):
    y = dtrain.get_label()
    N = len(y)
    grad = (np.log1p(ypred) - np.log1p(y)) / (N * rmsle(ypred, dtrain) * (1 + y))
    hess = 1 / (N * rmsle(ypred, dtrain) * (1 + ypred) ** 2)
    return grad, hess


def train(dtrain, obj, num_boost_round=20, eta=0.5):
    """Boosting without trees: every row is a leaf."""
    ypred = np.full(len(dtrain.get_label()), 0.5)
    for boost_round in range(num_boost_round):
        grad, hess = obj(ypred, dtrain)
        ypred = np.maximum(ypred - eta * grad / hess, 0)
        if boost_round % 5 == 0:
            print(f"[{boost_round}] train-rmsle: {rmsle(ypred, dtrain):.5f}")
    return ypred


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    train(DMatrix(rng.normal(size=(50, 3)), rng.gamma(2.0, 3.0, size=50)), rmsle_obj)
