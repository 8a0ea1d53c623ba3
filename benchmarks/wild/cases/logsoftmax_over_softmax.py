import numpy as np


def softmax(xs):
    e = np.exp(xs - xs.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def d_softmax(delta, xs):
    s = softmax(xs)
    return s * (delta - np.sum(delta * s, axis=0, keepdims=True))


def logsoftmax(xs):
    shifted = xs - xs.max(axis=0, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))


def d_logsoftmax(delta, xs):
    return d_softmax(delta / softmax(xs), xs)
