import numpy as np


def softmax_forward(net_in):
    """(frames, labels); every frame becomes a distribution."""
    y = np.exp(net_in - net_in.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)
    return y, y


def softmax_backward(ctc_err, y):
    """From the errors after the softmax to those before it."""
    ctc_err = ctc_err * y
    row_sum = ctc_err.sum(axis=1)
    net_out_diff = y * row_sum[:, np.newaxis]
    return ctc_err - net_out_diff
