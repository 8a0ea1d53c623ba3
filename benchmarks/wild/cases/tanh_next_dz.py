import numpy as np


def tanh_forward(z):
    """
    Forward pass of tanh
    :param z: input of the layer
    :return: its activation
    """
    return np.tanh(z)


def tanh_backward(next_dz):
    """
    Backward pass of tanh
    :param next_dz: gradient that the next layer handed back
    :return:
    """
    return 1 - np.square(np.tanh(next_dz))
