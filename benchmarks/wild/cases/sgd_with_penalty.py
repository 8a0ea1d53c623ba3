import numpy as np


class Hinge:
    def loss(self, p, y):
        return max(0.0, 1.0 - p * y)

    def dloss(self, p, y):
        return -y if p * y <= 1.0 else 0.0


class Log:
    def loss(self, p, y):
        return np.log1p(np.exp(-p * y))

    def dloss(self, p, y):
        return -y / (1.0 + np.exp(p * y))


LOSSES = {"hinge": Hinge, "log": Log}


class SGDClassifier:
    """
    Minimizes the regularized training error
        E(w, b) = 1/n sum_i L(y_i, f(x_i)) + alpha R(w),    R(w) = sum_j w_j^2
    with one sample at a time.
    """

    def __init__(self, loss="hinge", alpha=0.0001, eta0=0.01, n_iter=5):
        self.loss_function = LOSSES[loss]()
        self.alpha, self.eta0, self.n_iter = alpha, eta0, n_iter

    def decision_function(self, X):
        return X @ self.coef_ + self.intercept_

    def objective(self, X, y):
        losses = [self.loss_function.loss(p, t) for p, t in zip(self.decision_function(X), y)]
        return np.mean(losses) + self.alpha * np.sum(self.coef_**2)

    def partial_fit(self, x, y):
        dloss = self.loss_function.dloss(x @ self.coef_ + self.intercept_, y)
        self.coef_ = self.coef_ - self.eta0 * (self.alpha * self.coef_ + dloss * x)
        self.intercept_ -= self.eta0 * dloss

    def fit(self, X, y):
        self.coef_, self.intercept_ = np.zeros(X.shape[1]), 0.0
        for _ in range(self.n_iter):
            for i in np.random.permutation(len(X)):
                self.partial_fit(X[i], y[i])
        return self


if __name__ == "__main__":
    np.random.seed(0)
    X = np.r_[np.random.randn(20, 2) - 2, np.random.randn(20, 2) + 2]
    Y = np.array([-1] * 20 + [1] * 20)
    clf = SGDClassifier(loss="log", alpha=0.01, n_iter=20).fit(X, Y)
    print(clf.objective(X, Y), np.mean(np.sign(clf.decision_function(X)) == Y))
