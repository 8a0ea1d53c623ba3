import numpy as np


def dropout_forward(x, mask, keep_prob=0.8):
    out = x * mask / keep_prob
    return out, (mask, keep_prob)


def dropout_backward(dout, cache):
    mask, keep_prob = cache
    return dout * mask / keep_prob
