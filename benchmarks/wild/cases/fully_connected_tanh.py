import numpy as np


class FullyConnected:
    """A layer with tanh; I inputs, J outputs, one sample a row."""

    def __init__(self, I, J):
        self.W = 0.1 * np.random.randn(J, I)
        self.b = np.zeros(J)

    def forward(self, x):
        self.x = x
        self.a = x @ self.W.T + self.b
        self.y = np.tanh(self.a)
        return self.y

    def backward(self, error):
        # the derivative of the activations
        yd = 1.0 - self.y * self.y
        deltas = yd * error
        self.dW = deltas.T @ self.x
        self.db = deltas.sum(axis=0)
        return deltas @ self.W
