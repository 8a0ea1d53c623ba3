import numpy as np


def logregobj(preds, labels):
    """preds are margins"""
    preds = 1.0 / (1.0 + np.exp(-preds))
    grad = preds - labels
    hess = preds * (1.0 - preds)
    return grad, hess


def evallogloss(preds, labels):
    p = 1.0 / (1.0 + np.exp(-preds))
    return -np.sum(labels * np.log(p) + (1 - labels) * np.log(1 - p))


def evalerror(preds, labels):
    return np.mean((preds > 0.0) != labels)


class Tree:
    """Depth one, chosen by gain."""

    def __init__(self, X, grad, hess, reg_lambda=1.0):
        best = -np.inf
        for j in range(X.shape[1]):
            for t in np.unique(np.round(X[:, j], 1)):
                left = X[:, j] < t
                G, H = [grad[left].sum(), grad[~left].sum()], [hess[left].sum(), hess[~left].sum()]
                gain = sum(g * g / (h + reg_lambda) for g, h in zip(G, H))
                if gain > best:
                    best, self.feature, self.threshold = gain, j, t
                    self.values = [-g / (h + reg_lambda) for g, h in zip(G, H)]

    def predict(self, X):
        return np.where(X[:, self.feature] < self.threshold, *self.values)


def train(X, labels, num_round, obj, eta=0.5):
    preds = np.zeros(len(X))
    for _ in range(num_round):
        preds += eta * Tree(X, *obj(preds, labels)).predict(X)
    return preds


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 2))
    labels = (X[:, 0] > X[:, 1]).astype(int)
    preds = train(X, labels, 8, logregobj)
    print(evallogloss(preds, labels), evalerror(preds, labels))
