import numpy as np


class LogisticRegressionGD:
    """Gradient descent-based logistic regression classifier.

    eta : learning rate
    n_iter : passes over the training set
    losses_ : mean log-likelihood loss after each pass
    """

    def __init__(self, eta=0.01, n_iter=50, random_state=1):
        self.eta = eta
        self.n_iter = n_iter
        self.random_state = random_state

    def init_weights(self, n_features):
        rgen = np.random.RandomState(self.random_state)
        self.w_ = rgen.normal(loc=0.0, scale=0.01, size=n_features)
        self.b_ = np.zeros(1)

    def net_input(self, X):
        return np.dot(X, self.w_) + self.b_

    def activation(self, z):
        return 1.0 / (1.0 + np.exp(-np.clip(z, -250, 250)))

    def fit(self, X, y):
        self.init_weights(X.shape[1])
        self.losses_ = []
        for _ in range(self.n_iter):
            output = self.activation(self.net_input(X))
            loss = -y.dot(np.log(output)) - (1 - y).dot(np.log(1 - output)) / X.shape[0]
            self.losses_.append(loss)
            errors = y - output
            self.w_ = self.w_ + self.eta * X.T.dot(errors) / X.shape[0]
            self.b_ = self.b_ + self.eta * errors.mean()
        return self

    def predict(self, X):
        return np.where(self.activation(self.net_input(X)) >= 0.5, 1, 0)


if __name__ == "__main__":
    X = np.random.RandomState(0).normal(size=(40, 2))
    model = LogisticRegressionGD(eta=0.3).fit(X, (X[:, 0] > 0).astype(int))
    print(model.losses_[0], model.losses_[-1])
