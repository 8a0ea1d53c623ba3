"""Gradient descent with several inputs and several outputs, one sample at a time."""

import numpy as np


def neural_network(inputs, weights):
    return weights.dot(inputs)


def loss(inputs, truth, weights):
    pred = neural_network(inputs, weights)
    error = np.sum((pred - truth) ** 2)
    delta = 2 * (pred - truth)
    weight_deltas = np.outer(inputs, delta)
    return error, weight_deltas
