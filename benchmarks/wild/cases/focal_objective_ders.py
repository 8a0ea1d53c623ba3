"""Focal loss as an objective for boosting: the value and the first derivative by the raw score."""

import numpy as np


class FocalLossObjective:
    def __init__(self, alpha=0.25, gamma=2.0):
        self.alpha, self.gamma = alpha, gamma

    def loss(self, approxes, targets):
        p = 1 / (1 + np.exp(-approxes))
        pt = np.where(targets > 0, p, 1 - p)
        at = np.where(targets > 0, self.alpha, 1 - self.alpha)
        return -at * (1 - pt) ** self.gamma * np.log(pt)

    def der1(self, approxes, targets):
        p = 1 / (1 + np.exp(-approxes))
        pt = np.where(targets > 0, p, 1 - p)
        at = np.where(targets > 0, self.alpha, 1 - self.alpha)
        sign = np.where(targets > 0, 1.0, -1.0)
        return at * sign * (1 - pt) ** self.gamma * (self.gamma * np.log(pt) / (1 - pt) - 1 / pt)
