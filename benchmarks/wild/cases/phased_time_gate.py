import numpy as np


def mod(x, y):
    """x modulo the periods y, a period for each column."""
    z = x - np.floor(x / y) * y
    return z, (x, y)


def mod_grad(gz, cache):
    x, y = cache
    x_grad = gz
    y_grad = np.mean(-(x // y) * gz, axis=0)
    return x_grad, y_grad


class TimeGate:
    """How open phased cells are at the times t: up and down in the first part of a period, a leak after."""

    def __init__(self, units, rng, leak=0.001, ratio_on=0.5):
        self.tau = np.exp(rng.uniform(0, 2, size=units))
        self.s = rng.uniform(0, 1, size=units)
        self.leak, self.ratio_on = leak, ratio_on

    def forward(self, t):
        shifted, self.mod_cache = mod(t[:, None] - self.s, self.tau)
        phi = shifted / self.tau
        r, a = self.ratio_on, self.leak
        self.shifted, self.phi = shifted, phi
        self.slope = np.where(phi < r / 2, 2 / r, np.where(phi < r, -2 / r, a))
        return np.where(phi < r / 2, 2 * phi / r, np.where(phi < r, 2 - 2 * phi / r, a * phi))

    def backward(self, dk):
        dphi = dk * self.slope
        dshifted = dphi / self.tau
        self.dtau = np.sum(-dphi * self.shifted / self.tau**2, axis=0)
        dx, dtau = mod_grad(dshifted, self.mod_cache)
        self.dtau += dtau
        self.ds = -dx.sum(axis=0)
        return dx.sum(axis=1)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    gate = TimeGate(3, rng)
    t = np.sort(rng.uniform(0, 20, size=40))
    wanted = (np.sin(t)[:, None] > 0.3) * np.ones(3)
    for _ in range(50):
        k = gate.forward(t)
        gate.backward(2 * (k - wanted) / k.size)
        gate.tau -= 0.05 * gate.dtau
        gate.s -= 0.05 * gate.ds
    print(np.mean((k - wanted) ** 2), gate.tau)
