import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward_prop(data, labels, params, lamb=0.0):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    h = sigmoid(data.dot(W1) + b1)
    y = softmax(h.dot(W2) + b2)
    cost = -np.sum(labels * np.log(y)) / data.shape[0]
    cost += 0.5 * lamb * (np.sum(W1**2) + np.sum(W2**2))
    return h, y, cost


def backward_prop(data, labels, params, lamb=0.0):
    W1, W2 = params["W1"], params["W2"]
    h, y, cost = forward_prop(data, labels, params, lamb)
    delta2 = (y - labels) / data.shape[0]
    delta1 = delta2.dot(W2.T) * h * (1 - h)
    grad = {
        "W2": h.T.dot(delta2),
        "b2": delta2.sum(axis=0),
        "W1": data.T.dot(delta1),
        "b1": delta1.sum(axis=0),
    }
    if lamb > 0:
        grad["W2"] += lamb * W2
        grad["W1"] += lamb * W1
    return grad
