"""Who is admitted: one neuron that learns from test scores, grades and rank."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_prime(x):
    return sigmoid(x) * (1 - sigmoid(x))


def error_formula(y, output):
    return -y * np.log(output) - (1 - y) * np.log(1 - output)


def error_term_formula(x, y, output):
    return (y - output) * sigmoid_prime(x)


def mean_error(features, targets, weights):
    return np.mean(error_formula(targets, sigmoid(np.dot(features, weights))))


def train_epoch(features, targets, weights, learnrate):
    """The weights after one pass over all records."""
    del_w = np.zeros(weights.shape)
    for x, y in zip(features, targets):
        output = sigmoid(np.dot(x, weights))
        error_term = error_term_formula(x, y, output)
        del_w += error_term * x
    return weights + learnrate * del_w / len(features)
