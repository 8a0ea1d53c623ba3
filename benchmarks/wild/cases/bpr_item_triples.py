import math
import random


class BayesianPersonalizedRanking:
    """Users rank the items they liked above the others: -log sigmoid of the difference of the scores."""

    def __init__(self, users, items, factors=4, learning_rate=0.05, regularization=0.01):
        self.learning_rate = learning_rate
        self.reg = regularization
        self.X = [[random.gauss(0, 0.3) for _ in range(factors)] for _ in range(users)]
        self.Y = [[random.gauss(0, 0.3) for _ in range(factors)] for _ in range(items)]

    def score(self, u, liked, disliked):
        user, a, b = self.X[u], self.Y[liked], self.Y[disliked]
        return sum(user[f] * (a[f] - b[f]) for f in range(len(user)))

    def loss(self, u, liked, disliked):
        penalty = sum(w * w for row in (self.X[u], self.Y[liked], self.Y[disliked]) for w in row)
        return math.log(1.0 + math.exp(-self.score(u, liked, disliked))) + 0.5 * self.reg * penalty

    def bpr_update(self, u, liked, disliked):
        lr, reg = self.learning_rate, self.reg
        user, a, b = self.X[u], self.Y[liked], self.Y[disliked]
        score = self.score(u, liked, disliked)
        z = 1.0 / (1.0 + math.exp(score))
        for f in range(len(user)):
            temp = user[f]
            user[f] += lr * (z * (a[f] - b[f]) - reg * user[f])
            a[f] += lr * (z * temp - reg * a[f])
            b[f] += lr * (-z * temp - reg * b[f])

    def fit(self, ratings, epochs=20):
        for _ in range(epochs):
            for u, liked in ratings:
                disliked = random.randrange(len(self.Y))
                if (u, disliked) not in ratings:
                    self.bpr_update(u, liked, disliked)


if __name__ == "__main__":
    random.seed(0)
    ratings = {(u, i) for u in range(10) for i in range(12) if (u + i) % 3 == 0}
    model = BayesianPersonalizedRanking(10, 12)
    model.fit(ratings)
    print(sum(model.score(0, 0, i) > 0 for i in (1, 2, 4, 5)))
