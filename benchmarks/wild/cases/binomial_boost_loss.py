"""Losses of boosting for labels of -1 and 1, and their gradients by the score."""

import numpy as np


def quadratic_loss(y, score):
    return 0.5 * (y - score) ** 2


def quadratic_gradient(y, score):
    return score - y


def binomial_loss(y, score):
    return np.log(1 + np.exp(-2 * y * score))


def binomial_gradient(y, score):
    return -y / (1 + np.exp(2 * y * score))


def pseudo_residuals(y, score, gradient=binomial_gradient):
    return -gradient(y, score)
