import numpy as np


def log1p_exp(x):
    """log(1 + exp(x)) without overflow"""
    if x > 0:
        return x + np.log1p(np.exp(-x))
    return np.log1p(np.exp(x))


class LogisticGradient:
    """Gradient and loss of a binary logistic regression for one example."""

    def compute(self, data, label, weights):
        margin = -1.0 * np.dot(data, weights)
        multiplier = (1.0 / (1.0 + np.exp(margin))) - label
        gradient = multiplier * data
        if label > 0:
            loss = log1p_exp(margin)
        else:
            loss = log1p_exp(margin) - margin
        return gradient, loss
