import numpy as np


class SquareLoss:
    def transform(self, pred):
        return pred

    def loss(self, pred, label):
        return np.sum(0.5 * (pred - label) ** 2)

    def grad(self, pred, label):
        return pred - label

    def hess(self, pred, label):
        return np.ones_like(label, dtype=float)


class LogisticLoss:
    """label is {0, 1}; pred is the raw score, p = 1 / (1 + exp(-pred)) the probability"""

    def clip(self, val):
        return np.clip(val, 0.00001, 0.99999)

    def transform(self, pred):
        return self.clip(1.0 / (1.0 + np.exp(-pred)))

    def loss(self, pred, label):
        p = self.transform(pred)
        return np.sum(-label * np.log(p) - (1 - label) * np.log(1 - p))

    def grad(self, pred, label):
        p = self.transform(pred)
        return (1 - label) / (1 - p) - label / p

    def hess(self, pred, label):
        p = self.transform(pred)
        return label / p**2 + (1 - label) / (1 - p) ** 2


class TGBoost:
    def __init__(self, loss, eta=0.3, num_boost_round=15, reg_lambda=1.0):
        self.loss, self.eta, self.num_boost_round, self.reg_lambda = loss, eta, num_boost_round, reg_lambda
        self.trees = []

    def fit(self, features, label):
        pred = np.zeros(len(label))
        for i in range(self.num_boost_round):
            grad, hess = self.loss.grad(pred, label), self.loss.hess(pred, label)
            best = (-np.inf,)
            for col in range(features.shape[1]):
                for threshold in np.quantile(features[:, col], [0.2, 0.4, 0.6, 0.8]):
                    left = features[:, col] < threshold
                    leaves = [(grad[s].sum(), hess[s].sum() + self.reg_lambda) for s in (left, ~left)]
                    gain = sum(G**2 / H for G, H in leaves)
                    if gain > best[0]:
                        best = gain, col, threshold, [-self.eta * G / H for G, H in leaves]
            self.trees.append(best[1:])
            _, col, threshold, (below, above) = best
            pred += np.where(features[:, col] < threshold, below, above)
        return self.loss.loss(pred, label)


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    X = rng.normal(size=(100, 3))
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    print(TGBoost(LogisticLoss()).fit(X, y))
