import numpy as np


class Softmax:
    """Row-wise softmax."""

    def perform(self, x):
        e_x = np.exp(x - x.max(axis=1, keepdims=True))
        self.sm = e_x / e_x.sum(axis=1, keepdims=True)
        return self.sm

    def grad(self, g_sm):
        sm = self.sm
        dy_times_sm = g_sm * sm
        return dy_times_sm - dy_times_sm.sum(axis=1, keepdims=True) * sm


class CategoricalCrossentropy:
    """Between an approximating and a true distribution, a row for each example."""

    def perform(self, coding_dist, true_dist):
        self.coding_dist, self.true_dist = coding_dist, true_dist
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = true_dist * np.log(coding_dist)
        return -np.where(true_dist == 0, 0.0, terms).sum(axis=1)

    def grad(self, g_ce):
        with np.errstate(divide="ignore", invalid="ignore"):
            return -g_ce[:, None] * self.true_dist / self.coding_dist


def cost(x, y):
    """The mean cross-entropy of softmax(x) and its gradient; y holds distributions."""
    softmax, crossentropy = Softmax(), CategoricalCrossentropy()
    ce = crossentropy.perform(softmax.perform(x), y)
    g_x = softmax.grad(crossentropy.grad(np.full(len(x), 1.0 / len(x))))
    return ce.mean(), g_x


def fit(X, Y, steps=100, rate=0.5):
    W = np.zeros((X.shape[1], Y.shape[1]))
    for _ in range(steps):
        c, g = cost(X @ W, Y)
        W -= rate * X.T @ g
    return W, c


if __name__ == "__main__":
    rng = np.random.RandomState(0)
    X = rng.normal(size=(60, 4))
    Y = np.eye(3)[np.argmax(X[:, :3] + 0.3 * rng.normal(size=(60, 3)), axis=1)]
    print(fit(X, Y)[1])
