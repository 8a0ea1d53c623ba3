import numpy as np


class Sigmoid:
    def forward(self, X):
        self.A = 1 / (1 + np.exp(-X))
        return self.A

    def backward(self, dA):
        return dA * self.A * (1 - self.A)


class Softmax:
    def forward(self, X):
        exp = np.exp(X - np.max(X, axis=1, keepdims=True))
        self.A = exp / np.sum(exp, axis=1, keepdims=True)
        return self.A

    def backward(self, dA):
        return dA * self.A * (1 - self.A)
