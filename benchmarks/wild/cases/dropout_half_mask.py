"""Digits with a hidden layer of which half is dropped; the mask is drawn outside."""

import numpy as np


def relu(x):
    return (x >= 0) * x


def relu2deriv(output):
    return output > 0


def loss(layer_0, labels, weights_0_1, weights_1_2, dropout_mask):
    layer_1 = relu(np.dot(layer_0, weights_0_1))
    layer_1 = layer_1 * dropout_mask * 2
    layer_2 = np.dot(layer_1, weights_1_2)
    error = 0.5 * np.sum((labels - layer_2) ** 2)

    layer_2_delta = layer_2 - labels
    layer_1_delta = layer_2_delta.dot(weights_1_2.T) * relu2deriv(layer_1)
    layer_1_delta *= dropout_mask
    return error, layer_0.T.dot(layer_1_delta), layer_1.T.dot(layer_2_delta)


if __name__ == "__main__":
    np.random.seed(1)
    images, labels = np.random.rand(100, 784), np.eye(10)[np.random.randint(10, size=100)]
    weights_0_1 = 0.2 * np.random.random((784, 40)) - 0.1
    weights_1_2 = 0.2 * np.random.random((40, 10)) - 0.1
    alpha = 0.005
    for _ in range(300):
        dropout_mask = np.random.randint(2, size=(100, 40))
        error, d_0_1, d_1_2 = loss(images, labels, weights_0_1, weights_1_2, dropout_mask)
        weights_0_1 -= alpha / 100 * d_0_1
        weights_1_2 -= alpha / 100 * d_1_2
