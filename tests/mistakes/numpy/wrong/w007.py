import numpy as np


class MSE:
    def forward(self, x, t):
        self.x, self.t = x, t
        return np.sum((x - t) ** 2)

    def backward(self):
        return 2 * (self.x - self.t) / self.x.size
