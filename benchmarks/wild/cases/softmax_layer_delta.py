"""The last layer of a network: outputs that add up to one, and the deltas passed down."""

import numpy as np


class SoftmaxLayer:
    def forward(self, input):
        largest = input.max(axis=1, keepdims=True)
        e = np.exp(input - largest)
        self.output = e / e.sum(axis=1, keepdims=True)
        return self.output

    def backward(self, delta):
        net_delta = np.zeros_like(self.output)
        net_delta += delta
        return net_delta
