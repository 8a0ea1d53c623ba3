"""ReLU with slope 1 at zero."""

import numpy as np


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, x):
    return dout * (x >= 0)
