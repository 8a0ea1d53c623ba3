import numpy as np


def take_forward(A, idx):
    return A[idx], (A.shape, idx)


def take_backward(g, cache):
    shape, idx = cache
    new_array = np.zeros(shape)
    new_array[idx] += g
    return new_array
