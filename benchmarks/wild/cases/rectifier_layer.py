"""A rectifier as a layer of a perceptron."""

import numpy as np


class Rectifier:
    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, 0.0)

    def backward(self, delta):
        delta = np.where(self.z > 0, 1.0, 0.0)
        return delta
