import numpy as np


class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        x = x - x.max(axis=1, keepdims=True)
        lse = np.log(np.exp(x).sum(axis=1, keepdims=True))
        self.y = np.exp(x - lse)
        return -np.mean((x - lse)[np.arange(len(t)), t])

    def backward(self):
        batch_size = self.t.shape[0]
        dx = self.y
        dx[np.arange(batch_size), self.t] -= 1
        return dx / batch_size
