import numpy as np


class Softmax:
    """Of (classes, samples): every column becomes a distribution."""

    def activate(self, input):
        e = np.exp(input - input.max(axis=0))
        return e / e.sum(axis=0)

    def differentiate(self, input, output):
        return output * (1.0 - output)


class Sigmoid:
    def activate(self, input):
        return 1.0 / (1.0 + np.exp(-input))

    def differentiate(self, input, output):
        return output * (1.0 - output)


class Activation:
    def __init__(self, activation_fn=None):
        self.activation_fn = activation_fn or Softmax()

    def forward(self, input):
        self.input = input
        self.output = self.activation_fn.activate(input)
        return self.output

    def backward(self, prev_gradient):
        return self.activation_fn.differentiate(self.input, self.output) * prev_gradient
