import numpy as np


def dropout_forward(x, weight, rng=None, mask=None):
    """weight: the probability that a unit is dropped."""
    if mask is None:
        rng = rng or np.random.default_rng(0)
        mask = rng.random(x.shape) >= weight
    return x * mask / weight, (mask, weight)


def dropout_backward(dout, cache):
    mask, weight = cache
    return dout * mask / weight
