"""Gates of a graph of arrays. The operands may have different ranks: NumPy broadcasts them."""

import numpy as np


class AddGate:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a + b

    def backward(self, gradient):
        return gradient, gradient


class SubtractGate:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a - b

    def backward(self, gradient):
        return gradient, -gradient


if __name__ == "__main__":
    gate = SubtractGate()
    y = gate.forward(np.random.randn(4, 3), np.random.randn(3))
    print([grad.shape for grad in gate.backward(np.ones_like(y))])
