import numpy as np

ALPHA = 0.1


def leaky_relu_forward(x):
    return np.maximum(x, ALPHA * x), x


def leaky_relu_backward(dout, x):
    dx = dout.copy()
    dx[x <= 0] = 0
    return dx
