"""Maximum of each row; ties share the gradient."""

import numpy as np


def max_forward(x):
    out = x.max(axis=1, keepdims=True)
    return out, (x, out)


def max_backward(dout, cache):
    x, out = cache
    chosen = x == out
    return dout * chosen / np.sum(chosen, axis=1, keepdims=True)
