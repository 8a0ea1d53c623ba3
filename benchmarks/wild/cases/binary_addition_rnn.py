"""A recurrent network that learns to add binary numbers, a bit at a time."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_output_to_derivative(output):
    return output * (1 - output)


def overall_error(X, y, synapse_0, synapse_h, synapse_1):
    layer_1, error = np.zeros((1, len(synapse_h))), 0.0
    for position in range(len(X)):
        layer_1 = sigmoid(X[[position]] @ synapse_0 + layer_1 @ synapse_h)
        layer_2 = sigmoid(layer_1 @ synapse_1)
        error += 0.5 * np.sum((y[[position]] - layer_2) ** 2)
    return error


def updates(X, y, synapse_0, synapse_h, synapse_1):
    """How much each synapse is to change, for steps of the size 1."""
    synapse_0_update = np.zeros_like(synapse_0)
    synapse_h_update = np.zeros_like(synapse_h)
    synapse_1_update = np.zeros_like(synapse_1)
    layer_1_values = [np.zeros((1, len(synapse_h)))]
    layer_2_deltas = []

    for position in range(len(X)):
        layer_1 = sigmoid(X[[position]] @ synapse_0 + layer_1_values[-1] @ synapse_h)
        layer_2 = sigmoid(layer_1 @ synapse_1)
        layer_2_error = y[[position]] - layer_2
        layer_2_deltas.append(layer_2_error * sigmoid_output_to_derivative(layer_2))
        layer_1_values.append(layer_1)

    future_layer_1_delta = np.zeros((1, len(synapse_h)))
    for position in reversed(range(len(X))):
        layer_1, prev_layer_1 = layer_1_values[position + 1], layer_1_values[position]
        layer_2_delta = layer_2_deltas[position]
        layer_1_error = future_layer_1_delta @ synapse_h.T + layer_2_delta @ synapse_1.T
        layer_1_delta = layer_1_error * sigmoid_output_to_derivative(layer_1)

        synapse_1_update += layer_1.T @ layer_2_delta
        synapse_h_update += prev_layer_1.T @ layer_1_delta
        synapse_0_update += X[[position]].T @ layer_1_delta
        future_layer_1_delta = layer_1_delta
    return synapse_0_update, synapse_h_update, synapse_1_update
