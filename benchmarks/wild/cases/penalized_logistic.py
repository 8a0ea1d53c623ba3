import numpy as np


class LogisticRegression:
    def __init__(self, penalty="l2", gamma=0.1, fit_intercept=True):
        assert penalty in ("l1", "l2")
        self.beta = None
        self.gamma, self.penalty, self.fit_intercept = gamma, penalty, fit_intercept

    def fit(self, X, y, lr=0.1, tol=1e-7, max_iter=200):
        if self.fit_intercept:
            X = np.c_[np.ones(X.shape[0]), X]
        l_prev = np.inf
        self.beta = np.random.rand(X.shape[1])
        for _ in range(max_iter):
            y_pred = sigmoid(np.dot(X, self.beta))
            loss = self._NLL(X, y, y_pred)
            if l_prev - loss < tol:
                return
            l_prev = loss
            self.beta -= lr * self._NLL_grad(X, y, y_pred)

    def _NLL(self, X, y, y_pred):
        """Penalized negative log likelihood of the targets under the current model"""
        N, M = X.shape
        nll = -np.log(y_pred[y == 1]).sum() - np.log(1 - y_pred[y == 0]).sum()
        if self.penalty == "l2":
            penalty = 0.5 * self.gamma * np.sum(self.beta**2)
        else:
            penalty = self.gamma * np.abs(self.beta).sum()
        return (penalty + nll) / N

    def _NLL_grad(self, X, y, y_pred):
        """Gradient of the penalized negative log likelihood wrt beta"""
        N, M = X.shape
        p, beta, gamma = self.penalty, self.beta, self.gamma
        d_penalty = gamma * beta if p == "l2" else gamma * np.sign(beta)
        return -(np.dot(y - y_pred, X) - d_penalty) / N

    def predict(self, X):
        if self.fit_intercept:
            X = np.c_[np.ones(X.shape[0]), X]
        return sigmoid(np.dot(X, self.beta))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


if __name__ == "__main__":
    np.random.seed(12)
    X = np.random.randn(80, 3)
    y = (X[:, 0] - X[:, 1] > 0.2).astype(int)
    for penalty in ("l1", "l2"):
        model = LogisticRegression(penalty)
        model.fit(X, y)
        print(penalty, model.beta)
