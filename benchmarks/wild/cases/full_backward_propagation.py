"""A network from a list of layers and two dictionaries, parameters and memory; samples are columns."""

import numpy as np

NN_ARCHITECTURE = [
    {"input_dim": 7, "output_dim": 4, "activation": "relu"},
    {"input_dim": 4, "output_dim": 1, "activation": "sigmoid"},
]


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def relu(Z):
    return np.maximum(0, Z)


def sigmoid_backward(dA, Z):
    sig = sigmoid(Z)
    return dA * sig * (1 - sig)


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def full_forward_propagation(X, params_values):
    memory, A = {}, X
    for idx, layer in enumerate(NN_ARCHITECTURE, start=1):
        A_prev = A
        Z = np.dot(params_values["W" + str(idx)], A_prev) + params_values["b" + str(idx)]
        A = {"relu": relu, "sigmoid": sigmoid}[layer["activation"]](Z)
        memory["A" + str(idx - 1)] = A_prev
        memory["Z" + str(idx)] = Z
    return A, memory


def get_cost_value(Y_hat, Y):
    m = Y_hat.shape[1]
    cost = -1 / m * (np.dot(Y, np.log(Y_hat).T) + np.dot(1 - Y, np.log(1 - Y_hat).T))
    return np.squeeze(cost)


def full_backward_propagation(Y_hat, Y, memory, params_values):
    grads_values = {}
    m = Y.shape[1]
    dA_prev = -(np.divide(Y, Y_hat) - np.divide(1 - Y, 1 - Y_hat))
    for idx, layer in reversed(list(enumerate(NN_ARCHITECTURE, start=1))):
        dA_curr = dA_prev
        backward_activation = {"relu": relu_backward, "sigmoid": sigmoid_backward}[layer["activation"]]
        dZ_curr = backward_activation(dA_curr, memory["Z" + str(idx)])
        grads_values["dW" + str(idx)] = np.dot(dZ_curr, memory["A" + str(idx - 1)].T) / m
        grads_values["db" + str(idx)] = np.sum(dZ_curr, axis=1, keepdims=True) / m
        dA_prev = np.dot(params_values["W" + str(idx)].T, dZ_curr)
    return grads_values
