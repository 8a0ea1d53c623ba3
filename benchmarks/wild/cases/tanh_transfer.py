"""Transfer functions of a neuron."""

import numpy as np


def transfer_tanh(x):
    return np.tanh(x)


def transfer_tanh_derivative(x):
    return 1.0 - np.tanh(x) * np.tanh(x)


class Neurons:
    def forward(self, total):
        self.output = transfer_tanh(total)
        return self.output

    def backward(self, error):
        return error * transfer_tanh_derivative(self.output)
