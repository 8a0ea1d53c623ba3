"""Digits by hand: a hidden layer, sigmoids and plain tensors, without autograd."""

import torch


def sigmoid(x):
    return 1.0 / (1.0 + torch.exp(-x))


def sigmoid_prime(x):
    return sigmoid(x) * (1 - sigmoid(x))


def predict(X, w1, b1, w2, b2):
    l1 = X @ w1 + b1
    a1 = sigmoid(l1)
    l2 = a1 @ w2 + b2
    return l1, a1, l2, sigmoid(l2)


def half_squared_error(X, Y, w1, b1, w2, b2):
    y_pred = predict(X, w1, b1, w2, b2)[-1]
    return 0.5 * ((y_pred - Y) ** 2).sum()


def train_step(X, Y, w1, b1, w2, b2, learning_rate=0.5):
    l1, a1, l2, y_pred = predict(X, w1, b1, w2, b2)
    diff = y_pred - Y

    # chain rule
    d_l2 = diff * sigmoid_prime(l2)
    d_b2 = d_l2
    d_w2 = a1.t() @ d_l2
    d_a1 = d_l2 @ w2.t()
    d_l1 = d_a1 * sigmoid_prime(l1)
    d_b1 = d_l1
    d_w1 = X.t() @ d_l1

    w1 = w1 - learning_rate * d_w1
    b1 = b1 - learning_rate * torch.mean(d_b1, 0)
    w2 = w2 - learning_rate * d_w2
    b2 = b2 - learning_rate * torch.mean(d_b2, 0)
    return w1, b1, w2, b2
