"""Streetlights: when to walk and when to stop, learnt by a network with a hidden layer of ReLUs."""

import numpy as np


def relu(x):
    return (x > 0) * x


def relu2deriv(output):
    return output > 0


def half_error(layer_0, labels, weights_0_1, weights_1_2):
    layer_2 = np.dot(relu(np.dot(layer_0, weights_0_1)), weights_1_2)
    return np.sum((layer_2 - labels) ** 2) / 2


def learn(layer_0, labels, weights_0_1, weights_1_2, alpha=0.2):
    layer_1 = relu(np.dot(layer_0, weights_0_1))
    layer_2 = np.dot(layer_1, weights_1_2)

    layer_2_delta = layer_2 - labels
    layer_1_delta = layer_2_delta.dot(weights_1_2.T) * relu2deriv(layer_1)

    weights_1_2 -= alpha * layer_1.T.dot(layer_2_delta)
    weights_0_1 -= alpha * layer_0.T.dot(layer_1_delta)
