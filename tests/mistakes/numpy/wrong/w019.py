import numpy as np


def log_softmax(x):
    m = x.max(axis=1, keepdims=True)
    return x - m - np.log(np.exp(x - m).sum(axis=1, keepdims=True))


class SoftmaxCrossEntropy:
    def forward(self, x, t):
        self.t = t
        self.logp = log_softmax(x)
        return -(t * self.logp).sum(axis=1).mean()

    def backward(self):
        return (np.exp(self.logp) - self.t) / self.t.size
