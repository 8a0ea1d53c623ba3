"""Clamping between two arrays of bounds, forward and backward."""

import numpy as np


def clamp(input, min, max):
    return np.minimum(np.maximum(input, min), max)


def clamp_bw(grad, input, min, max):
    above = np.less_equal(input, min)
    below = np.greater_equal(input, max)
    return grad * np.logical_and(above, below)
