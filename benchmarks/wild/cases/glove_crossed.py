"""GloVe: one entry of the matrix of co-occurrences, for the vectors of a word and its context."""

import numpy as np


def glove_cost(w1, w2, b1, b2, x, x_max=100.0, alpha=0.75):
    diff = np.dot(w1, w2) + b1[0] + b2[0] - np.log(x)
    fdiff = diff if x > x_max else (x / x_max) ** alpha * diff
    return 0.5 * fdiff * diff


def glove_gradients(w1, w2, b1, b2, x, x_max=100.0, alpha=0.75):
    diff = np.dot(w1, w2) + b1[0] + b2[0] - np.log(x)
    fdiff = diff if x > x_max else (x / x_max) ** alpha * diff
    temp1 = np.zeros_like(w1)
    temp2 = np.zeros_like(w2)
    for b in range(len(w1)):
        temp1[b] = fdiff * w2[b]
        temp2[b] = fdiff * w1[b]
    return temp1, temp2, np.array([fdiff]), np.array([fdiff])
