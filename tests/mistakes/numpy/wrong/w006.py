import numpy as np


class TanhLayer:
    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, delta):
        return delta * (1 - np.tanh(delta) ** 2)
