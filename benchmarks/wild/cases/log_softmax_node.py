import numpy as np


class Node:
    def __init__(self, *args):
        self.args = args


class Input(Node):
    def forward(self, xs):
        return self.args[0]


class MatMul(Node):
    def forward(self, xs):
        return xs[0] @ xs[1]

    def backward(self, xs, fx, dEdf, i):
        return np.outer(dEdf, xs[1]) if i == 0 else xs[0].T @ dEdf


class LogSoftmax(Node):
    """z = x - log sum exp x, of a vector"""

    def forward(self, xs):
        x = xs[0]
        m = x.max()
        return x - (m + np.log(np.sum(np.exp(x - m))))

    def backward(self, xs, fx, dEdf, i):
        weighted_error = np.exp(fx) * dEdf / np.exp(fx)
        z = np.sum(weighted_error)
        return np.exp(fx) * -z + dEdf


class PickNegLogSoftmax(Node):
    def __init__(self, x, index):
        super().__init__(x)
        self.log_softmax, self.index = LogSoftmax(x), index

    def forward(self, xs):
        return -self.log_softmax.forward(xs)[self.index]

    def backward(self, xs, fx, dEdf, i):
        lsm = self.log_softmax.forward(xs)
        d = np.zeros_like(lsm)
        d[self.index] = -dEdf
        return self.log_softmax.backward(xs, lsm, d, 0)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(4, 3)), rng.normal(size=3)
    affine = MatMul()
    loss = PickNegLogSoftmax(None, 2)
    for step in range(20):
        scores = affine.forward([W, x])
        value = loss.forward([scores])
        d = loss.backward([scores], value, 1.0, 0)
        W -= 0.1 * affine.backward([W, x], scores, d, 0)
    print(value)
