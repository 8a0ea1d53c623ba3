import numpy as np


def vl_nnbnorm(x, g, b, dzdy=None, moments=None, epsilon=1e-4):
    """
    Y = VL_NNBNORM(X, G, B) for X of size H x W x C x N; with DZDY the derivatives. MOMENTS (C x 2: mean and
    sigma) are taken for those of the batch where they are given.
    """
    axes = (0, 1, 3)
    shape = (1, 1, -1, 1)
    if moments is None:
        mu = x.mean(axis=axes)
        sigma = np.sqrt(x.var(axis=axes) + epsilon)
    else:
        mu, sigma = moments[:, 0], moments[:, 1]
    x_hat = (x - mu.reshape(shape)) / sigma.reshape(shape)
    if dzdy is None:
        return g.reshape(shape) * x_hat + b.reshape(shape)

    m = x.size / x.shape[2]
    dzdb = dzdy.sum(axis=axes)
    dzdg = (dzdy * x_hat).sum(axis=axes)
    dzdx = (g / sigma).reshape(shape) * (dzdy - dzdb.reshape(shape) / m - x_hat * dzdg.reshape(shape) / m)
    return dzdx, dzdg, dzdb, np.stack([mu, sigma], axis=1)


class BatchNorm:
    def __init__(self, channels):
        self.g, self.b = np.ones(channels), np.zeros(channels)
        self.moments = np.stack([np.zeros(channels), np.ones(channels)], axis=1)

    def forward(self, x, mode="normal"):
        self.x, self.fixed = x, self.moments if mode == "test" else None
        return vl_nnbnorm(x, self.g, self.b, moments=self.fixed)

    def backward(self, dzdy):
        dzdx, dzdg, dzdb, moments = vl_nnbnorm(self.x, self.g, self.b, dzdy, moments=self.fixed)
        if self.fixed is None:
            self.moments = 0.9 * self.moments + 0.1 * moments
        return dzdx, dzdg, dzdb


if __name__ == "__main__":
    np.random.seed(0)
    bn = BatchNorm(2)
    for _ in range(30):
        bn.forward(3 + 2 * np.random.randn(4, 4, 2, 5))
        _, dg, db = bn.backward(np.random.randn(4, 4, 2, 5) / 80)
        bn.g, bn.b = bn.g - 0.1 * dg, bn.b - 0.1 * db
    # an image that excites the first channel
    image = np.random.randn(4, 4, 2, 1)
    for _ in range(10):
        y = bn.forward(image, mode="test")
        dzdy = np.zeros_like(y)
        dzdy[:, :, 0] = -np.exp(-(y[:, :, 0] ** 2)) * 2
        image -= bn.backward(dzdy)[0]
    print(y[:, :, 0].mean())
