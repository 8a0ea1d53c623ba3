import numpy as np


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, dout):
        dx = np.zeros_like(dout)
        for n in range(dout.shape[0]):
            for i in range(dout.shape[1]):
                dx[n, i] = dout[n, i] * self.p[n, i] * (1 - self.p[n, i])
        return dx
