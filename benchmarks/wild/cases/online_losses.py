"""Losses for learning from one observation at a time; gradient is by the prediction."""

import math


class SquaredLoss:
    def __call__(self, y_true, y_pred):
        return (y_pred - y_true) ** 2

    def gradient(self, y_true, y_pred):
        return 2 * (y_pred - y_true)


class LogLoss:
    """For labels of -1 and 1."""

    def __call__(self, y_true, y_pred):
        return math.log(1 + math.exp(-y_true * y_pred))

    def gradient(self, y_true, y_pred):
        return -y_true / (1 + math.exp(y_true * y_pred))


class HingeLoss:
    """For labels of -1 and 1."""

    def __call__(self, y_true, y_pred):
        return max(0, 1 - y_pred * y_true)

    def gradient(self, y_true, y_pred):
        if y_pred * y_true < 1:
            return -y_pred * y_true
        return 0
