import math

import numpy as np


class DotProduct:
    """k(x, y) = sigma_0^2 + x . y; theta holds the logarithm of sigma_0."""

    def __init__(self, sigma_0=1.0):
        self.sigma_0 = sigma_0

    @property
    def theta(self):
        return np.array([math.log(self.sigma_0)])

    @theta.setter
    def theta(self, theta):
        self.sigma_0 = math.exp(theta[0])

    def clone_with_theta(self, theta):
        kernel = DotProduct()
        kernel.theta = theta
        return kernel

    def __call__(self, X, eval_gradient=False):
        K = np.inner(X, X) + self.sigma_0**2
        if not eval_gradient:
            return K
        K_gradient = np.empty((K.shape[0], K.shape[1], 1))
        K_gradient[..., 0] = 2 * self.sigma_0**2
        return K, K_gradient


class GaussianProcessRegressor:
    def __init__(self, kernel, alpha=1e-2):
        self.kernel = kernel
        self.alpha = alpha

    def log_marginal_likelihood(self, theta, X, y):
        K, K_gradient = self.kernel.clone_with_theta(theta)(X, eval_gradient=True)
        K[np.diag_indices_from(K)] += self.alpha
        inverse = np.linalg.inv(K)
        a = inverse @ y
        likelihood = -0.5 * y @ a - 0.5 * np.linalg.slogdet(K)[1] - len(y) / 2 * np.log(2 * np.pi)
        inner = np.outer(a, a) - inverse
        gradient = 0.5 * np.einsum("ij,jik->k", inner, K_gradient)
        return likelihood, gradient

    def fit(self, X, y, steps=20, rate=0.05):
        theta = self.kernel.theta
        for _ in range(steps):
            _, gradient = self.log_marginal_likelihood(theta, X, y)
            theta = theta + rate * np.clip(gradient, -1, 1)
        self.kernel.theta = theta
        return self


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.normal(size=(12, 2))
    y = X @ np.array([1.0, -0.5]) + 2 + 0.1 * rng.normal(size=12)
    print(GaussianProcessRegressor(DotProduct(0.5)).fit(X, y).kernel.sigma_0)
