"""One neuron, back-propagation by the output that is there already."""

import math


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def derivative_of_output(fx):
    """fx is f(x): f'(x) = f(x) (1 - f(x)), so that x need not go through the sigmoid a second time."""
    return fx * (1 - fx)


class Neuron:
    def __init__(self, weights, bias):
        self.weights = list(weights)
        self.bias = bias

    def activate(self, inputs):
        self.inputs = list(inputs)
        self.output = sigmoid(sum(w * x for w, x in zip(self.weights, self.inputs)) + self.bias)
        return self.output

    def error(self, inputs, target):
        return 0.5 * (self.activate(inputs) - target) ** 2

    def gradients(self, inputs, target):
        out = self.activate(inputs)
        delta = (out - target) * derivative_of_output(out)
        return [delta * x for x in self.inputs] + [delta]
