import numpy as np


def im2col(x, k, s):
    """(n, c, h, w) to (n, c, k * k, oh, ow)."""
    n, c, h, w = x.shape
    oh, ow = (h - k) // s + 1, (w - k) // s + 1
    col = np.empty((n, c, k, k, oh, ow), dtype=x.dtype)
    for i in range(k):
        for j in range(k):
            col[:, :, i, j] = x[:, :, i : i + s * oh : s, j : j + s * ow : s]
    return col.reshape(n, c, k * k, oh, ow)


def col2im(col, k, s, h, w):
    n, c, _, _, oh, ow = col.shape
    x = np.zeros((n, c, h, w), dtype=col.dtype)
    for i in range(k):
        for j in range(k):
            x[:, :, i : i + s * oh : s, j : j + s * ow : s] += col[:, :, i, j]
    return x


class MaxPooling2D:
    """Max pooling over square windows; remembers where the maxima were."""

    def __init__(self, ksize=2, stride=None):
        self.k = ksize
        self.s = ksize if stride is None else stride

    def forward(self, x):
        col = im2col(x, self.k, self.s)
        self.in_shape = x.shape
        self.indexes = col.argmax(axis=2)
        return col.max(axis=2)

    def backward(self, gy):
        n, c, oh, ow = gy.shape
        h, w = self.in_shape[2:]
        kk = self.k * self.k
        gcol = np.zeros(n * c * oh * ow * kk, dtype=gy.dtype)

        indexes = self.indexes.ravel()
        indexes += np.arange(0, indexes.size * kk, kk)
        gcol[indexes] = gy.ravel()

        gcol = gcol.reshape(n, c, oh, ow, self.k, self.k)
        gcol = gcol.transpose(0, 1, 4, 5, 2, 3)
        return col2im(gcol, self.k, self.s, h, w)


if __name__ == "__main__":
    pool = MaxPooling2D(2)
    h = pool.forward(np.arange(16.0).reshape(1, 1, 4, 4))
    print(h)
    print(pool.backward(np.ones_like(h)))
