import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_back(z):
    return sigmoid(z) * (1 - sigmoid(z))


def relu(z):
    return np.maximum(0, z)


def relu_back(z):
    return (z > 0).astype(float)


def initialize(dims, seed=0):
    rng = np.random.default_rng(seed)
    parameters = {}
    for l in range(1, len(dims)):
        parameters["W" + str(l)] = rng.normal(0, 0.5, (dims[l], dims[l - 1]))
        parameters["b" + str(l)] = np.zeros((dims[l], 1))
    return parameters


def forward_propagate(parameters, X, L):
    caches = {"a0": X}
    for l in range(1, L):
        caches["Z" + str(l)] = (
            parameters["W" + str(l)].dot(caches["a" + str(l - 1)]) + parameters["b" + str(l)]
        )
        activation = sigmoid if l == L - 1 else relu
        caches["a" + str(l)] = activation(caches["Z" + str(l)])
    return caches["a" + str(L - 1)], caches


def cost(Y, al):
    m = Y.shape[1]
    return -np.sum(Y * np.log(al) + (1 - Y) * np.log(1 - al)) / m


def back_propagation(X, y, al, L, parameters, caches):
    m = X.shape[1]
    grads = {}
    dzl = -(np.divide(y, al) - np.divide(1 - y, 1 - al))
    dzl = dzl * sigmoid_back(caches["Z" + str(L - 1)])
    for l in range(L - 1, 0, -1):
        grads["W" + str(l)] = dzl.dot(caches["a" + str(l - 1)].T)
        grads["b" + str(l)] = np.sum(dzl, axis=1, keepdims=True)
        if l > 1:
            dzl = parameters["W" + str(l)].T.dot(dzl) * relu_back(caches["Z" + str(l - 1)])
    return grads


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.normal(size=(5, 40))
    Y = (X[:1] + X[1:2] > 0).astype(float)
    dims = [5, 4, 3, 1]
    parameters = initialize(dims)
    for _ in range(100):
        al, caches = forward_propagate(parameters, X, 4)
        grads = back_propagation(X, Y, al, 4, parameters, caches)
        for name in parameters:
            parameters[name] -= 0.01 * grads[name]
    print(cost(Y, forward_propagate(parameters, X, 4)[0]))
