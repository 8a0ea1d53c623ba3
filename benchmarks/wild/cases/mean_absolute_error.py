import numpy as np


class MeanAbsoluteError:
    """Mean of |x0 - x1| over all elements."""

    def forward(self, inputs):
        x0, x1 = inputs
        self.diff = x0 - x1
        diff = self.diff.ravel()
        return (abs(diff).sum() / diff.size,)

    def backward(self, inputs, gy):
        coeff = gy[0] * (1.0 / self.diff.size)
        gx0 = coeff * np.sign(self.diff)
        return gx0, -gx0
