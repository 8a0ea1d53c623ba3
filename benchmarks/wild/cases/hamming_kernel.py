import numpy as np


class HammingKernel:
    """
    Similarity of points with categorical values,
        k(x, y) = exp(-sum_j length_scale_j [x_j != y_j])
    The optimizer works on theta, the logarithms of the length scales.
    """

    def __init__(self, length_scale, length_scale_bounds=(1e-5, 1e5)):
        self.length_scale = np.asarray(length_scale, dtype=float)
        self.length_scale_bounds = length_scale_bounds

    @property
    def theta(self):
        return np.log(self.length_scale)

    @theta.setter
    def theta(self, theta):
        self.length_scale = np.exp(theta)

    def clone_with_theta(self, theta):
        return HammingKernel(np.exp(theta), self.length_scale_bounds)

    def __call__(self, X, Y=None, eval_gradient=False):
        X = np.atleast_2d(X)
        Y = X if Y is None else np.atleast_2d(Y)
        indicator = X[:, None, :] != Y[None, :, :]
        kernel_prod = np.exp(-np.sum(self.length_scale * indicator, axis=2))
        if not eval_gradient:
            return kernel_prod
        grad = -kernel_prod[:, :, None] * np.array(indicator, dtype=float)
        return kernel_prod, grad


def log_marginal_likelihood(kernel, theta, X, y, noise=1e-2):
    K, K_gradient = kernel.clone_with_theta(theta)(X, eval_gradient=True)
    K = K + noise * np.eye(len(X))
    alpha = np.linalg.solve(K, y)
    inner = np.outer(alpha, alpha) - np.linalg.inv(K)
    value = -0.5 * y @ alpha - 0.5 * np.linalg.slogdet(K)[1] - 0.5 * len(y) * np.log(2 * np.pi)
    return value, 0.5 * np.einsum("ij,jik->k", inner, K_gradient)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, size=(20, 2))
    y = (X[:, 0] == 1) - 0.5
    kernel = HammingKernel([1.0, 1.0])
    theta = kernel.theta
    for _ in range(30):
        value, gradient = log_marginal_likelihood(kernel, theta, X, y)
        theta = theta + 0.02 * gradient
    print(value, np.exp(theta))
