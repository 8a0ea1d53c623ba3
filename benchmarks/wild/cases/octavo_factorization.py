import random


def dot(p, q):
    return sum(a * b for a, b in zip(p, q))


class Factorizer:
    """
    Non negative factorization of a matrix of ratings by stochastic gradient
    descent; a rating of 0 was not given.
    """

    def __init__(self, R, K=2, steps=60, alpha=0.02, beta=0.1):
        self.R, self.K = R, K
        self.steps, self.alpha, self.beta = steps, alpha, beta
        self.P = [[random.random() for _ in range(K)] for _ in R]
        self.Q = [[random.random() for _ in range(K)] for _ in R[0]]

    def rated(self):
        for i, row in enumerate(self.R):
            for j, rating in enumerate(row):
                if rating > 0:
                    yield i, j, rating

    def squared_error(self, i, j, rating):
        eij = rating - dot(self.P[i], self.Q[j])
        return 0.5 * eij**2

    def total_error(self):
        return sum(self.squared_error(i, j, rating) for i, j, rating in self.rated())

    def slopes(self, i, j, rating):
        """How the error of one rating changes with its reader and with its book."""
        eij = rating - dot(self.P[i], self.Q[j])
        dp = [-eij * q + self.beta * p for p, q in zip(self.P[i], self.Q[j])]
        dq = [-eij * p + self.beta * q for p, q in zip(self.P[i], self.Q[j])]
        return dp, dq

    def factor(self):
        for _ in range(self.steps):
            for i, j, rating in self.rated():
                dp, dq = self.slopes(i, j, rating)
                for k in range(self.K):
                    self.P[i][k] -= self.alpha * dp[k]
                    self.Q[j][k] -= self.alpha * dq[k]
            if self.total_error() < 0.001:
                break
        return self


if __name__ == "__main__":
    random.seed(4)
    books = [[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]]
    print(Factorizer(books).factor().total_error())
