import numpy as np


class Regression:
    def loss(self, p, y):
        raise NotImplementedError

    def dloss(self, p, y):
        raise NotImplementedError


class SquaredLoss(Regression):
    def loss(self, p, y):
        return 0.5 * (p - y) * (p - y)

    def dloss(self, p, y):
        return p - y


class Huber(Regression):
    def __init__(self, c):
        self.c = c

    def loss(self, p, y):
        r = p - y
        if abs(r) <= self.c:
            return 0.5 * r * r
        return self.c * abs(r) - 0.5 * self.c * self.c

    def dloss(self, p, y):
        r = p - y
        if abs(r) <= self.c:
            return r
        elif r > 0.0:
            return self.c
        else:
            return -self.c


class EpsilonInsensitive(Regression):
    def __init__(self, epsilon):
        self.epsilon = epsilon

    def loss(self, p, y):
        ret = abs(y - p) - self.epsilon
        return ret if ret > 0 else 0.0

    def dloss(self, p, y):
        if y - p > self.epsilon:
            return -1.0
        elif p - y > self.epsilon:
            return 1.0
        else:
            return 0.0


class SquaredEpsilonInsensitive(Regression):
    def __init__(self, epsilon):
        self.epsilon = epsilon

    def loss(self, p, y):
        ret = abs(y - p) - self.epsilon
        return ret * ret if ret > 0 else 0.0

    def dloss(self, p, y):
        z = y - p
        if z > self.epsilon:
            return -2 * (z - self.epsilon)
        elif z < self.epsilon:
            return 2 * (-z - self.epsilon)
        else:
            return 0.0


def plain_sgd(X, y, loss, alpha=1e-4, eta0=0.01, n_iter=10):
    weights, intercept = np.zeros(X.shape[1]), 0.0
    for epoch in range(n_iter):
        sumloss = 0.0
        for i in range(len(X)):
            p = X[i] @ weights + intercept
            sumloss += loss.loss(p, y[i])
            dloss = loss.dloss(p, y[i])
            weights *= 1.0 - eta0 * alpha
            weights -= eta0 * dloss * X[i]
            intercept -= eta0 * dloss
    return weights, intercept, sumloss / len(X)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=60)
    for loss in SquaredLoss(), Huber(0.5), EpsilonInsensitive(0.1), SquaredEpsilonInsensitive(0.1):
        print(type(loss).__name__, *plain_sgd(X, y, loss))
