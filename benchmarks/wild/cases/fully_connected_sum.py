"""A fully connected layer."""

import numpy as np


class FullyConnected:
    def __init__(self, num_input, num_hidden):
        self.weight = np.random.uniform(-0.07, 0.07, (num_hidden, num_input))
        self.bias = np.zeros(num_hidden)

    def forward(self, data):
        self.data = data
        return np.dot(data, self.weight.T) + self.bias

    def backward(self, grad):
        self.gwmat = np.dot(grad.T, self.data)
        self.gbias = np.sum(grad, axis=0)
        return np.dot(grad, self.weight)
