import numpy as np


class BatchnormLayer:
    """x (batch, filters, spatial)"""

    def __init__(self, filters):
        self.scales, self.biases = np.ones(filters), np.zeros(filters)

    def forward(self, x):
        self.x = x
        self.mean = x.mean(axis=(0, 2))
        self.variance = x.var(axis=(0, 2))
        self.x_norm = (x - self.mean[:, None]) / np.sqrt(self.variance + 0.00001)[:, None]
        return self.x_norm * self.scales[:, None] + self.biases[:, None]

    def backward(self, delta):
        self.bias_updates = delta.sum(axis=(0, 2))
        self.scale_updates = (delta * self.x_norm).sum(axis=(0, 2))
        delta = delta * self.scales[:, None]
        n = delta.shape[0] * delta.shape[2]
        inverse = 1.0 / np.sqrt(self.variance + 0.00001)

        mean_delta = -inverse * delta.sum(axis=(0, 2))
        centred = self.x - self.mean[:, None]
        variance_delta = -0.5 * inverse**3 * (delta * centred).sum(axis=(0, 2))

        out = delta * inverse[:, None]
        out += variance_delta[:, None] * 2.0 * centred / n
        out += mean_delta[:, None] / n
        return out


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    layer, x, target = BatchnormLayer(3), rng.normal(size=(4, 3, 5)), rng.normal(size=(4, 3, 5))
    for _ in range(20):
        error = layer.forward(x) - target
        x -= 0.1 * layer.backward(error)
        layer.scales -= 0.01 * layer.scale_updates
    print(np.sum(error**2))
