import random

import numpy as np


class MatrixFactorRecommender:
    """Ratings in an array of users and items, nan where there is none."""

    def __init__(self, index, n_features=3, learning_rate=0.01, regularization=0.02, n_interations=20):
        self.index = index
        self.n_features = n_features
        self.learning_rate = learning_rate
        self.regularization = regularization
        self.n_interations = n_interations
        self._global_bias = np.nanmean(index)
        num_users, num_items = index.shape
        self.user_factors = 0.1 * np.random.randn(num_users, n_features) + 0.01
        self.item_factors = 0.1 * np.random.randn(num_items, n_features) + 0.01

    def _predict(self, user_idx, item_idx):
        return self._global_bias + np.sum(self.user_factors[user_idx] * self.item_factors[item_idx])

    def _loss(self, user_idx, item_idx):
        """Half the squared error of one rating and its share of the penalty."""
        err = self.index[user_idx, item_idx] - self._predict(user_idx, item_idx)
        penalty = np.sum(self.user_factors[user_idx] ** 2) + np.sum(self.item_factors[item_idx] ** 2)
        return 0.5 * err**2 + 0.5 * self.regularization * penalty

    def _deltas(self, user_idx, item_idx):
        err = self.index[user_idx, item_idx] - self._predict(user_idx, item_idx)
        u_f = self.user_factors[user_idx]
        i_f = self.item_factors[item_idx]
        delta_u = err * u_f - self.regularization * u_f
        delta_i = err * u_f - self.regularization * i_f
        return delta_u, delta_i

    def _train(self, rating_indices):
        err_total = 0.0
        for user_idx, item_idx in rating_indices:
            err_total += self._loss(user_idx, item_idx)
            delta_u, delta_i = self._deltas(user_idx, item_idx)
            self.user_factors[user_idx] += self.learning_rate * delta_u
            self.item_factors[item_idx] += self.learning_rate * delta_i
        return err_total

    def factorize(self):
        rating_indices = [tuple(pair) for pair in np.argwhere(~np.isnan(self.index))]
        random.shuffle(rating_indices)
        for _ in range(self.n_interations):
            err = self._train(rating_indices)
        return err


if __name__ == "__main__":
    nan = np.nan
    movies = np.array(
        [[2.5, 3.5, 3.0, 3.5], [3.0, 3.5, 1.5, nan], [nan, 4.5, nan, 1.0], [4.0, nan, 2.0, 3.0]]
    )
    print(MatrixFactorRecommender(movies).factorize())
