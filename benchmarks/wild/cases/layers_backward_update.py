"""Fully connected layers, a list of [weights, bias]; the backward pass takes the step as well."""

import numpy as np


def mse(actual, predicted):
    return np.mean((actual - predicted) ** 2)


def mse_grad(actual, predicted):
    return 2 * (predicted - actual) / actual.size


def forward(batch, layers):
    hidden = [batch.copy()]
    for i, (weights, bias) in enumerate(layers):
        batch = batch @ weights + bias
        if i < len(layers) - 1:
            batch = np.maximum(batch, 0)
        hidden.append(batch.copy())
    return batch, hidden


def backward(layers, hidden, grad, lr):
    for i in range(len(layers) - 1, -1, -1):
        if i != len(layers) - 1:
            grad = grad * (hidden[i + 1] > 0)

        w_grad = hidden[i].T @ grad
        b_grad = grad.sum(axis=0, keepdims=True)

        layers[i][0] -= w_grad * lr
        layers[i][1] -= b_grad * lr

        grad = grad @ layers[i][0].T
    return layers


def train_batch(layers, batch, actual, lr=0.05):
    predicted, hidden = forward(batch, layers)
    return backward(layers, hidden, mse_grad(actual, predicted), lr)
