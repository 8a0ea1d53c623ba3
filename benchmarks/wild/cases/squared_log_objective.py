"""The squared log error as a customised objective, with its metric."""

import numpy as np


class DMatrix:
    def __init__(self, label):
        self.label = np.asarray(label, dtype=float)

    def get_label(self):
        return self.label


def gradient(predt, dtrain):
    """The gradient of the squared log error."""
    y = dtrain.get_label()
    return (np.log1p(predt) - np.log1p(y)) / (predt + 1)


def hessian(predt, dtrain):
    """Its second derivative, element by element."""
    y = dtrain.get_label()
    return (-np.log1p(predt) + np.log1p(y) + 1) / np.power(predt + 1, 2)


def squared_log(predt, dtrain):
    """grad and hess of 1/2 [log(pred + 1) - log(label + 1)]^2."""
    predt = np.where(predt < -1, -1 + 1e-6, predt)
    return gradient(predt, dtrain), hessian(predt, dtrain)


def half_squared_log_error(predt, dtrain):
    y = dtrain.get_label()
    return np.sum(0.5 * (np.log1p(predt) - np.log1p(y)) ** 2)


def rmsle(predt, dtrain):
    y = dtrain.get_label()
    return "PyRMSLE", float(np.sqrt(np.mean((np.log1p(y) - np.log1p(predt)) ** 2)))


if __name__ == "__main__":
    dtrain = DMatrix(np.random.default_rng(0).gamma(2.0, 2.0, 30))
    predt = np.full(30, 0.5)
    for k in range(8):
        grad, hess = squared_log(predt, dtrain)
        predt = predt - 0.5 * grad / np.maximum(hess, 1e-2)
        print(k, rmsle(predt, dtrain))
