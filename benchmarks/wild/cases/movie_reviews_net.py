"""Predicting whether a review is positive from the words in it, one review at a time."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def predict(words, weights_0_1, weights_1_2):
    layer_1 = sigmoid(np.sum(weights_0_1[words], axis=0))  # embed + sigmoid
    return sigmoid(np.dot(layer_1, weights_1_2))  # linear + sigmoid


def log_loss(words, y, weights_0_1, weights_1_2):
    p = predict(words, weights_0_1, weights_1_2)[0]
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


def learn(words, y, weights_0_1, weights_1_2, alpha=0.01):
    layer_1 = sigmoid(np.sum(weights_0_1[words], axis=0))
    layer_2 = sigmoid(np.dot(layer_1, weights_1_2))

    layer_2_delta = layer_2 - y  # compare prediction with truth
    layer_1_delta = layer_2_delta.dot(weights_1_2.T)  # backprop

    weights_0_1[words] -= layer_1_delta * alpha
    weights_1_2 -= np.outer(layer_1, layer_2_delta) * alpha


if __name__ == "__main__":
    np.random.seed(1)
    weights_0_1 = 0.2 * np.random.random((20, 10)) - 0.1
    weights_1_2 = 0.2 * np.random.random((10, 1)) - 0.1
    for _ in range(100):
        learn([3, 5, 11], 1, weights_0_1, weights_1_2)
    print(predict([3, 5, 11], weights_0_1, weights_1_2))
