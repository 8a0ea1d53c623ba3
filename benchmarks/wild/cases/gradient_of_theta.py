import numpy as np


def hypothesis(x, theta):
    return x.dot(theta)


def cost(x, y, theta):
    """J(theta) = 1/(2m) sum of (h - y)^2."""
    return np.sum((hypothesis(x, theta) - y) ** 2) / (2 * len(y))


def gradient(x, y, theta):
    res = []
    for j in range(len(theta)):
        line = sum([2 * (theta.dot(x[i]) - y[i]) * x[i][j] for i in range(len(x))]) / len(x)
        res.append(line)
    return np.array(res)
