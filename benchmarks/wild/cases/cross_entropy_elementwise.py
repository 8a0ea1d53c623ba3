import numpy as np


class CrossEntropy:
    """Of probabilities p and targets y from 0 to 1, element by element."""

    def loss(self, y, p):
        p = self.inside(p)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, y, p):
        p = self.inside(p)
        return (1 - y) / (1 - p) - y / p

    def inside(self, p):
        # neither log(0) nor a division by zero
        return np.clip(p, 1e-15, 1 - 1e-15)
