"""Sums over one axis or several, and how the gradient gets its axes back."""

import numpy as np


class SumBackward:
    def __init__(self, tensor, axis=None, keepdims=False):
        self.tensor, self.axis, self.keepdims = tensor, axis, keepdims

    def apply(self, grad_output):
        if self.axis is not None and not self.keepdims:
            grad_output = np.expand_dims(grad_output, axis=self.axis)
        return np.ones_like(self.tensor) * grad_output


def tracked_sum(tensor, axis=None, keepdims=False):
    return np.sum(tensor, axis=axis, keepdims=keepdims), SumBackward(tensor, axis, keepdims)
