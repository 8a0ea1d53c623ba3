import numpy as np


class MeanConst:
    def __init__(self, beta):
        self.beta = beta

    def mean(self, x):
        return np.full(len(x), self.beta)

    def grad_mean(self, x):
        return np.ones((len(x), 1))


class SE:
    """Squared exponential with the logarithms of length scale and deviation."""

    def __init__(self, ll, lsigma):
        self.ll, self.lsigma = ll, lsigma

    def r2(self, x):
        return (x[:, None] - x[None, :]) ** 2 / np.exp(2 * self.ll)

    def cov(self, x):
        return np.exp(2 * self.lsigma) * np.exp(-0.5 * self.r2(x))

    def grad_cov(self, x):
        K = self.cov(x)
        return [K * self.r2(x), 2 * K]


class GP:
    def __init__(self, x, y, m, k, log_noise=-1.0):
        self.x, self.y = x, y
        self.m, self.k, self.log_noise = m, k, log_noise
        self.update_mll_and_dmll()

    def get_params(self):
        return np.array([self.log_noise, self.m.beta, self.k.ll, self.k.lsigma])

    def set_params(self, params):
        self.log_noise, self.m.beta, self.k.ll, self.k.lsigma = params

    def update_mll_and_dmll(self):
        n = len(self.x)
        mu = self.m.mean(self.x)
        noise = np.exp(2 * self.log_noise)
        cK = self.k.cov(self.x) + noise * np.eye(n)
        inverse = np.linalg.inv(cK)
        alpha = inverse @ (self.y - mu)
        _, logdet = np.linalg.slogdet(cK)
        self.mLL = -0.5 * (self.y - mu) @ alpha - 0.5 * logdet - 0.5 * n * np.log(2 * np.pi)

        outer_minus_inverse = np.outer(alpha, alpha) - inverse
        self.dmLL = np.zeros(4)
        self.dmLL[0] = noise * np.trace(outer_minus_inverse)
        Mgrads = self.m.grad_mean(self.x)
        self.dmLL[1] = -np.dot(Mgrads[:, 0], alpha)
        for i, dK in enumerate(self.k.grad_cov(self.x)):
            self.dmLL[2 + i] = 0.5 * np.sum(outer_minus_inverse * dK)
        return self.mLL


def optimize(gp, steps=20, rate=1e-3):
    for _ in range(steps):
        gp.set_params(gp.get_params() + rate * gp.dmLL)
        gp.update_mll_and_dmll()
    return gp


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = 2 * np.pi * rng.uniform(size=10)
    y = 0.2 + np.sin(x) + 0.05 * rng.normal(size=10)
    print(optimize(GP(x, y, MeanConst(0.0), SE(0.0, 0.0))).mLL)
