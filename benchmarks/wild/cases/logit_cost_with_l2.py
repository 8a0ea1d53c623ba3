import numpy as np


class LogisticRegression:
    """Logistic regression classifier, by minibatches of stochastic gradient descent.

    eta : learning rate, epochs : passes over the training set, l2_lambda : strength of the L2 penalty
    """

    def __init__(self, eta=0.01, epochs=50, l2_lambda=0.0, minibatches=1, random_seed=None):
        self.eta = eta
        self.epochs = epochs
        self.l2_lambda = l2_lambda
        self.minibatches = minibatches
        self.random_seed = random_seed

    def _init_params(self, n_features):
        rgen = np.random.RandomState(self.random_seed)
        self.w_ = rgen.normal(loc=0.0, scale=0.01, size=(n_features, 1))
        self.b_ = np.zeros(1)

    def _sigmoid_activation(self, z):
        return 1.0 / (1.0 + np.exp(-z))

    def _net_input(self, X):
        return (X.dot(self.w_) + self.b_).flatten()

    def _logit_cost(self, y, y_val):
        logit = -y.dot(np.log(y_val)) - (1 - y).dot(np.log(1 - y_val))
        if self.l2_lambda:
            l2 = self.l2_lambda / 2.0 * np.sum(self.w_[1:] ** 2)
            logit += l2
        return logit

    def _gradient(self, X, y):
        y_val = self._sigmoid_activation(self._net_input(X))
        errors = y_val - y
        grad_w = X.T.dot(errors).reshape(self.w_.shape) + self.l2_lambda * self.w_
        return grad_w, np.array([errors.sum()])

    def fit(self, X, y):
        self._init_params(X.shape[1])
        rgen = np.random.RandomState(self.random_seed)
        self.cost_ = []
        for _ in range(self.epochs):
            for idx in np.array_split(rgen.permutation(len(y)), self.minibatches):
                grad_w, grad_b = self._gradient(X[idx], y[idx])
                self.w_ -= self.eta * grad_w
                self.b_ -= self.eta * grad_b
            self.cost_.append(self._logit_cost(y, self._sigmoid_activation(self._net_input(X))))
        return self

    def predict(self, X):
        return np.where(self._net_input(X) < 0.0, 0, 1)


if __name__ == "__main__":
    rng = np.random.RandomState(1)
    X = rng.normal(size=(80, 2))
    y = (X[:, 0] - 0.5 * X[:, 1] + 0.2 * rng.normal(size=80) > 0).astype(int)
    lr = LogisticRegression(eta=0.05, epochs=100, l2_lambda=1.0, minibatches=4, random_seed=1).fit(X, y)
    print(lr.cost_[-1], np.mean(lr.predict(X) == y))
