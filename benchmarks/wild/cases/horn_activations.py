"""What a neuron does with the sum of its inputs, and the slope of that at the sum."""

import numpy as np


class Sigmoid:
    def apply(self, value):
        return 1.0 / (1.0 + np.exp(-value))

    def apply_derivative(self, value):
        s = self.apply(value)
        return s * (1.0 - s)


class ReLU:
    def apply(self, value):
        return np.maximum(0.0, value)

    def apply_derivative(self, value):
        return np.where(value > 0.0, 1.0, 0.0)


class Tanh:
    def apply(self, value):
        return np.tanh(value)

    def apply_derivative(self, value):
        return 1.0 - value * value


class Layer:
    """Rows are examples; the squashing function gets the net input."""

    def __init__(self, squash, n_in, n_out):
        self.squash = squash
        self.W = np.random.uniform(-0.5, 0.5, (n_in, n_out))

    def forward(self, x):
        self.x = x
        self.net = x @ self.W
        return self.squash.apply(self.net)

    def backward(self, delta):
        delta = delta * self.squash.apply_derivative(self.net)
        self.dW = self.x.T @ delta
        return delta @ self.W.T


if __name__ == "__main__":
    layer = Layer(Tanh(), 4, 3)
    out = layer.forward(np.random.randn(6, 4))
    print(layer.backward(np.ones_like(out)).shape)
