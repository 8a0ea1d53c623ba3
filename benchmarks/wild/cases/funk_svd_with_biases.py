import numpy as np


class SVD:
    def __init__(self, n_factors=3, n_epochs=20, lr_all=0.02, reg_all=0.02, random_state=0):
        self.n_factors, self.n_epochs = n_factors, n_epochs
        self.lr, self.reg = lr_all, reg_all
        self.rng = np.random.default_rng(random_state)

    def fit(self, ratings, n_users, n_items):
        self.global_mean = np.mean([r for _, _, r in ratings])
        self.bu, self.bi = np.zeros(n_users), np.zeros(n_items)
        self.pu = self.rng.normal(0, 0.1, (n_users, self.n_factors))
        self.qi = self.rng.normal(0, 0.1, (n_items, self.n_factors))
        for _ in range(self.n_epochs):
            for u, i, r in ratings:
                self.sgd(u, i, r)
        return self

    def sgd(self, u, i, r):
        dot = 0
        for f in range(self.n_factors):
            dot += self.qi[i, f] * self.pu[u, f]
        err = r - (self.global_mean + self.bu[u] + self.bi[i] + dot)

        self.bu[u] += self.lr * (err - self.reg * self.bu[u])
        self.bi[i] += self.lr * (err - self.reg * self.bi[i])
        for f in range(self.n_factors):
            puf = self.pu[u, f]
            qif = self.qi[i, f]
            self.pu[u, f] += self.lr * (err * qif - self.reg * puf)
            self.qi[i, f] += self.lr * (err * puf - self.reg * qif)

    def estimate(self, u, i):
        return self.global_mean + self.bu[u] + self.bi[i] + np.dot(self.qi[i], self.pu[u])

    def loss(self, u, i, r):
        size = self.bu[u] ** 2 + self.bi[i] ** 2 + np.sum(self.pu[u] ** 2) + np.sum(self.qi[i] ** 2)
        return 0.5 * (r - self.estimate(u, i)) ** 2 + 0.5 * self.reg * size


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    ratings = [(int(u), int(i), float(r)) for u, i, r in rng.integers([0, 0, 1], [6, 8, 6], size=(50, 3))]
    algo = SVD().fit(ratings, 6, 8)
    print(np.sqrt(np.mean([(r - algo.estimate(u, i)) ** 2 for u, i, r in ratings])))
