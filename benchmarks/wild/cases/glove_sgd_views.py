"""Word vectors by stochastic gradient descent on the entries of a matrix of co-occurrences."""

import numpy as np


def weight(n, nmax=100, alpha=0.75):
    return min(1.0, (n / nmax) ** alpha)


def entry_cost(xs, ys, ix, jy, n):
    return weight(n) * (np.log(n) - np.dot(xs[ix], ys[jy])) ** 2


def sgd_entry(xs, ys, ix, jy, n, eta=0.001):
    """A step for word ix and context jy, that were seen together n times."""
    x, y = xs[ix, :], ys[jy, :]
    scale = 2 * eta * weight(n) * (np.log(n) - np.dot(x, y))
    xs[ix, :] += scale * y
    ys[jy, :] += scale * x
