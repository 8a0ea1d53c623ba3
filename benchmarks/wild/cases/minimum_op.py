"""Elementwise minimum and maximum of two arrays, as operations with a gradient."""

import numpy as np


class Maximum:
    def forward(self, x, y):
        self.x, self.y = x, y
        self.out = np.maximum(x, y)
        return self.out

    def backward(self, gz):
        return np.equal(self.out, self.x) * gz, np.equal(self.out, self.y) * gz


class Minimum:
    def forward(self, x, y):
        self.x, self.y = x, y
        self.out = np.minimum(x, y)
        return self.out

    def backward(self, gz):
        return np.equal(self.out, self.x) * gz, np.equal(self.out, self.y) * gz
