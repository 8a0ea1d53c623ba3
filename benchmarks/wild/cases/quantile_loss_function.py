import numpy as np


class QuantileLoss:
    """Quantile regression: alpha * |y - pred| above the prediction, (1 - alpha) * |y - pred| below."""

    def __init__(self, alpha=0.9):
        self.alpha = alpha

    def __call__(self, y, pred):
        diff = y - pred
        above = diff > 0
        return self.alpha * np.sum(diff[above]) + (1 - self.alpha) * np.sum(diff[~above])

    def negative_gradient(self, y, pred):
        return np.where(y > pred, self.alpha, self.alpha - 1)
