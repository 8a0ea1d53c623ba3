import numpy as np


class NeuralNetwork:
    def __init__(self, inputs, hidden, outputs):
        self.synapse0 = np.random.uniform(-1, 1, (inputs, hidden))
        self.synapse1 = np.random.uniform(-1, 1, (hidden, outputs))
        self.learning_rate = 0.5

    def activation(self, x, derivative):
        fx = 1 / (1 + np.exp(-x))
        return fx * (1 - fx) if derivative else fx

    def error(self, input, target):
        hidden = self.activation(input @ self.synapse0, False)
        output = self.activation(hidden @ self.synapse1, False)
        return 0.5 * np.sum((target - output) ** 2)

    def train(self, input, target):
        input_layer = input
        hidden_layer = self.activation(input_layer @ self.synapse0, False)
        output_layer = self.activation(hidden_layer @ self.synapse1, False)

        output_error = target - output_layer
        output_delta = output_error * self.activation(output_layer, True)
        hidden_error = output_delta @ self.synapse1.T
        hidden_delta = hidden_error * self.activation(hidden_layer, True)

        self.synapse1 = self.synapse1 + self.learning_rate * hidden_layer.T @ output_delta
        self.synapse0 = self.synapse0 + self.learning_rate * input_layer.T @ hidden_delta


nn = NeuralNetwork(2, 3, 1)
inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
targets = np.array([[0], [1], [1], [0]], dtype=float)
for _ in range(100):
    nn.train(inputs, targets)
