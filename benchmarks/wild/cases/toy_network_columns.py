"""A toy network for XOR: weights between input, hidden and output nodes, one example at a time."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dsigmoid(y):
    # y has been through sigmoid
    return y * (1 - y)


class NeuralNetwork:
    def __init__(self, input_nodes, hidden_nodes, output_nodes):
        self.weights_ih = np.random.uniform(-1, 1, (hidden_nodes, input_nodes))
        self.weights_ho = np.random.uniform(-1, 1, (output_nodes, hidden_nodes))
        self.bias_h = np.random.uniform(-1, 1, (hidden_nodes, 1))
        self.bias_o = np.random.uniform(-1, 1, (output_nodes, 1))
        self.learning_rate = 0.1

    def feedforward(self, inputs):
        hidden = sigmoid(self.weights_ih @ inputs + self.bias_h)
        return hidden, sigmoid(self.weights_ho @ hidden + self.bias_o)

    def loss(self, inputs, targets):
        return 0.5 * np.sum((targets - self.feedforward(inputs)[1]) ** 2)

    def train(self, input_array, target_array):
        inputs = np.array(input_array, dtype=float).reshape(-1, 1)
        targets = np.array(target_array, dtype=float).reshape(-1, 1)
        hidden, outputs = self.feedforward(inputs)

        # ERROR = TARGETS - OUTPUTS
        output_errors = targets - outputs
        gradients = dsigmoid(outputs) * output_errors * self.learning_rate
        self.weights_ho += gradients @ hidden.T
        self.bias_o += gradients

        # what the hidden nodes had to do with it
        hidden_errors = self.weights_ho.T @ output_errors
        hidden_gradient = dsigmoid(hidden) * hidden_errors * self.learning_rate
        self.weights_ih += hidden_gradient @ inputs.T
        self.bias_h += hidden_gradient


if __name__ == "__main__":
    np.random.seed(3)
    examples = [([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]
    nn = NeuralNetwork(2, 4, 1)
    for _ in range(2000):
        nn.train(*examples[np.random.randint(4)])
    for inputs, _ in examples:
        print(inputs, nn.feedforward(np.array(inputs).reshape(-1, 1))[1])
