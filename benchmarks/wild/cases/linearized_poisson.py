import numpy as np


class GLM:
    """Poisson regression whose exponential goes on as a line above eta; with a ridge penalty."""

    def __init__(self, eta=2.0, reg_lambda=0.1, learning_rate=0.05, max_iter=200):
        self.eta = eta
        self.reg_lambda = reg_lambda
        self.learning_rate = learning_rate
        self.max_iter = max_iter

    def _qu(self, z):
        slope = np.exp(self.eta)
        intercept = (1 - self.eta) * slope
        return np.where(z > self.eta, z * slope + intercept, np.exp(np.minimum(z, self.eta)))

    def _z(self, beta0, beta, X):
        return beta0 + np.dot(X, beta)

    def _L2loss(self, beta0, beta, X, y):
        q = self._qu(self._z(beta0, beta, X))
        n_samples = X.shape[0]
        L = 1.0 / n_samples * np.sum(y * np.log(q)) - 1.0 / n_samples * np.sum(q)
        return -L + 0.5 * self.reg_lambda * np.sum(beta**2)

    def _grad_L2loss(self, beta0, beta, X, y):
        n_samples = X.shape[0]
        z = self._z(beta0, beta, X)
        q = self._qu(z)
        grad_mu = np.where(z > self.eta, self.eta, q)
        error = (grad_mu - y * grad_mu / q) / n_samples
        grad_beta0 = np.sum(error)
        grad_beta = np.dot(X.T, error) + self.reg_lambda * beta
        return grad_beta0, grad_beta

    def fit(self, X, y):
        self.beta0_, self.beta_ = 0.0, np.zeros(X.shape[1])
        for _ in range(self.max_iter):
            grad_beta0, grad_beta = self._grad_L2loss(self.beta0_, self.beta_, X, y)
            self.beta0_ -= self.learning_rate * grad_beta0
            self.beta_ -= self.learning_rate * grad_beta
        return self


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    y = rng.poisson(np.exp(0.5 + X @ np.array([0.6, -0.4, 0.0, 0.2])))
    glm = GLM().fit(X, y)
    print(glm.beta0_, glm.beta_)
