import numpy as np


def embedding_forward(x, W):
    out = W[x, :]
    return out, (x, W.shape)


def embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    for n in range(len(x)):
        dW[x[n]] = dout[n]
    return dW
