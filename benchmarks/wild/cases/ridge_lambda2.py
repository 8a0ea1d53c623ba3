"""Least squares with a penalty on the weights, for winning prices."""

import numpy as np


class PriceRegression:
    def __init__(self, lambda2=0.01):
        self.lambda2 = lambda2

    def f(self, w, X, price):
        residual = X.dot(w) - price
        return 0.5 * np.sum(residual**2) + 0.5 * self.lambda2 * np.sum(w**2)

    def g(self, w, X, price):
        residual = X.dot(w) - price
        return X.T.dot(residual) + w
