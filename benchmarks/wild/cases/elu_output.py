"""ELU with alpha 1 whose derivative is read from the output."""

import numpy as np


def elu(x):
    return np.where(x >= 0, x, np.exp(np.minimum(x, 0)) - 1)


class EluActivation:
    def forward(self, x):
        self.y = elu(x)
        return self.y

    def backward(self, grad):
        return grad * np.where(self.y >= 0, 1.0, self.y + 1)
