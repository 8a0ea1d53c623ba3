"""Ratings as baselines with a scale for each user plus factors: one step for one rating."""

from collections import namedtuple

import numpy as np

Parameters = namedtuple("Parameters", ["b_u", "b_i", "c_u", "p", "q"])
REGULARISATION = Parameters(b_u=0.03, b_i=0.002, c_u=0.01, p=0.015, q=0.015)


class RatingModel:
    def __init__(self, mean, learning_rate=0.005):
        self.mean = mean
        self.learning_rate = learning_rate

    def predict(self, rs):
        return self.mean + rs.b_u + rs.b_i * rs.c_u + np.dot(rs.q, rs.p)

    def loss(self, rating, rs):
        """The squared error and the penalty; c_u is drawn to one, the others to zero."""
        reg = REGULARISATION
        penalty = reg.b_u * rs.b_u**2 + reg.b_i * rs.b_i**2 + reg.c_u * (rs.c_u - 1) ** 2
        penalty += reg.p * np.sum(rs.p**2) + reg.q * np.sum(rs.q**2)
        return (rating - self.predict(rs)) ** 2 + penalty

    def get_gradients(self, rating, rs):
        reg = REGULARISATION
        error = rating - self.predict(rs)
        return Parameters(
            b_u=-2 * error + 2 * reg.b_u * rs.b_u,
            b_i=2 * error * (-rs.c_u + 2 * reg.b_i * rs.b_i),
            c_u=2 * error * (-rs.b_i + 2 * reg.c_u * (rs.c_u - 1)),
            p=2 * error * (rs.q + 2 * reg.p * rs.p),
            q=2 * error * (rs.p + 2 * reg.q * rs.q),
        )

    def step(self, rating, rs):
        gradients = self.get_gradients(rating, rs)
        return Parameters(*(value - self.learning_rate * slope for value, slope in zip(rs, gradients)))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    model = RatingModel(3.6)
    rs = Parameters(0.1, -0.2, 1.0, 0.1 * rng.normal(size=5), 0.1 * rng.normal(size=5))
    for _ in range(5):
        rs = model.step(5.0, rs)
        print(model.loss(5.0, rs))
