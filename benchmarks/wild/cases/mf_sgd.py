"""Matrix factorisation, trained rating by rating."""

import numpy as np


class MF:
    def __init__(self, num_users, num_items, K, alpha=0.01, beta=0.1):
        self.P = np.random.normal(scale=1.0 / K, size=(num_users, K))
        self.Q = np.random.normal(scale=1.0 / K, size=(num_items, K))
        self.alpha, self.beta = alpha, beta

    def loss(self, i, j, r):
        e = r - self.P[i, :].dot(self.Q[j, :])
        return 0.5 * (e**2 + self.beta * (np.sum(self.P[i, :] ** 2) + np.sum(self.Q[j, :] ** 2)))

    def sgd(self, samples):
        for i, j, r in samples:
            e = r - self.P[i, :].dot(self.Q[j, :])
            self.P[i, :] += self.alpha * (e * self.Q[j, :] - self.beta * self.P[i, :])
            self.Q[j, :] += self.alpha * (e * self.P[i, :] - self.beta * self.Q[j, :])


if __name__ == "__main__":
    R = np.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]])
    mf = MF(*R.shape, K=2)
    samples = [(i, j, R[i, j]) for i, j in zip(*R.nonzero())]
    for _ in range(20):
        np.random.shuffle(samples)
        mf.sgd([(int(i), int(j), r) for i, j, r in samples])
