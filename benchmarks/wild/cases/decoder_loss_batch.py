import numpy as np


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


class Decoder:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def logits(self, X):
        return X @ self.W + self.b

    def build_loss(self, X, targets):
        self.X, self.targets = X, targets
        self.p = softmax(self.logits(X))
        batch_size = len(X)
        return -np.log(self.p[np.arange(batch_size), targets]).sum() / batch_size

    def build_grads(self):
        batch_size = len(self.X)
        d = self.p.copy()
        d[np.arange(batch_size), self.targets] -= 1
        d /= batch_size
        dW = self.X.T @ d / batch_size
        db = d.sum(axis=0) / batch_size
        return dW, db
