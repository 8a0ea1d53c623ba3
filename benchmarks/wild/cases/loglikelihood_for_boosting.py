import numpy as np


def loglikehood(labels, preds):
    preds = 1.0 / (1.0 + np.exp(-preds))
    grad = preds - labels
    hess = preds * (1.0 - preds)
    return grad, hess


def logloss(labels, preds):
    return np.sum(np.log1p(np.exp(preds)) - labels * preds)


class Stump:
    def fit(self, X, grad, hess, reg_lambda=1):
        best = -np.inf
        for f in range(X.shape[1]):
            for threshold in np.quantile(X[:, f], (0.2, 0.4, 0.6, 0.8)):
                left = X[:, f] < threshold
                sums = [(grad[side].sum(), hess[side].sum()) for side in (left, ~left)]
                gain = sum(G * G / (H + reg_lambda) for G, H in sums)
                if gain > best:
                    best, self.f, self.threshold = gain, f, threshold
                    self.values = [-G / (H + reg_lambda) for G, H in sums]
        return self

    def predict(self, X):
        return np.where(X[:, self.f] < self.threshold, *self.values)


def train(params, X, y, num_boost_round, obj):
    margin = np.full(len(y), params["base_score"])
    for _ in range(num_boost_round):
        grad, hess = obj(y, margin)
        margin = margin + params["learning_rate"] * Stump().fit(X, grad, hess).predict(X)
    return margin


rng = np.random.default_rng(10)
X = rng.normal(size=(80, 4))
labels, y = np.unique(np.where(np.sum(X**2, axis=1) > 3.4, 1.0, -1.0), return_inverse=True)
xgb_params = {"learning_rate": 0.3, "base_score": 0.5}
margin = train(xgb_params, X, y, 20, loglikehood)
print("error", np.mean((margin > 0) != y), "logloss", logloss(y, margin) / len(y))
