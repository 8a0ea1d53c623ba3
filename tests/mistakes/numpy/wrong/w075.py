import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class CrossEntropyLoss:
    def forward(self, x, y):
        self.y = y
        self.p = softmax(x)
        m = x.max(axis=1, keepdims=True)
        logp = x - m - np.log(np.exp(x - m).sum(axis=1, keepdims=True))
        return -(y * logp).sum() / x.shape[0]

    def backward(self):
        return (softmax(self.p) - self.y) / self.y.shape[0]
