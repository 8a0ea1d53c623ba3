import numpy as np


def reduce_max(x):
    y = x.max(axis=1)
    return y, (x, y)


def reduce_max_grad(grad, cache):
    """The equal maxima share the gradient."""
    x, y = cache
    indicators = (x == y[:, None]).astype(x.dtype)
    return indicators / indicators.sum(axis=1, keepdims=True) * grad[:, None]
