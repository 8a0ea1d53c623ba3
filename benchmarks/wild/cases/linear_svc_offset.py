"""A linear support vector classifier, trained by gradient descent."""

import numpy as np

C = 2


class LinearClassifier:
    def __init__(self, width, C=0.5):
        self.C = C
        self.w = np.random.randn(width)
        self.b = np.zeros(1)

    def loss(self, X, t):
        margin = 1 - t * (X @ self.w + self.b)
        inside = margin > 0
        J = 0.5 * self.w @ self.w + self.C * margin[inside].sum()
        dw = self.w - self.C * (t[inside, None] * X[inside]).sum(axis=0)
        db = np.array([-C * t[inside].sum()])
        return J, {"w": dw, "b": db}
