"""A first network for MNIST, in functions; the samples are columns."""

import numpy as np


def relu(z):
    return np.maximum(0, z), z


def softmax(z):
    exps = np.exp(z - z.max())
    return exps / np.sum(exps), z


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def softmax_backward(dA, Z):
    x, _ = softmax(dA)
    s = x.reshape(-1, 1)
    return (np.diagflat(s) - np.dot(s, s.T)) @ dA


def init_params(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def linear_forward(A, W, b):
    return W @ A + b, (A, W, b)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = (1 / m) * np.dot(dZ, A_prev.T)
    db = (1 / m) * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def model_step(x, y, parameters, learning_rate=0.1):
    """One picture and its label, a column of zeros with a one."""
    Z1, cache1 = linear_forward(x, parameters["W1"], parameters["b1"])
    A1, Z1 = relu(Z1)
    Z2, cache2 = linear_forward(A1, parameters["W2"], parameters["b2"])
    A2, Z2 = softmax(Z2)
    cost = -np.sum(y * np.log(A2))

    dA2 = -y / A2
    dA1, dW2, db2 = linear_backward(softmax_backward(dA2, Z2), cache2)
    _, dW1, db1 = linear_backward(relu_backward(dA1, Z1), cache1)
    for name, grad in zip(("W1", "b1", "W2", "b2"), (dW1, db1, dW2, db2)):
        parameters[name] = parameters[name] - learning_rate * grad
    return cost


if __name__ == "__main__":
    np.random.seed(0)
    parameters = init_params([16, 8, 4])
    x, y = np.random.rand(16, 1), np.eye(4)[:, [2]]
    print([model_step(x, y, parameters) for _ in range(3)])
