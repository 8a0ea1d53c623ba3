"""Backpropagation for a hidden and an output layer of neurons; the weights take their step at once."""

import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def feed_forward(network, input_vector):
    outputs = []
    for layer in network:
        input_with_bias = np.append(input_vector, 1)
        input_vector = sigmoid(layer @ input_with_bias)
        outputs.append(input_vector)
    return outputs


def squared_error(network, input_vector, targets):
    return 0.5 * np.sum((feed_forward(network, input_vector)[-1] - targets) ** 2)


def backpropagate(network, input_vector, targets):
    hidden_outputs, outputs = feed_forward(network, input_vector)

    # adjust weights for output layer, one neuron at a time
    output_deltas = outputs * (1 - outputs) * (outputs - targets)
    for i, output_neuron in enumerate(network[-1]):
        output_neuron -= output_deltas[i] * np.append(hidden_outputs, 1)

    # back-propagate errors to hidden layer
    hidden_deltas = hidden_outputs * (1 - hidden_outputs) * (output_deltas @ network[-1][:, :-1])
    for i, hidden_neuron in enumerate(network[0]):
        hidden_neuron -= hidden_deltas[i] * np.append(input_vector, 1)
