"""Handwritten digits with one hidden layer; every layer's input ends with a constant one."""

import numpy as np


def expit(x):
    return 1 / (1 + np.exp(-x))


class Network:
    def __init__(self, inputSize, hiddenSize, outputSize):
        hidden_layer = np.random.rand(hiddenSize, inputSize + 1) / hiddenSize
        output_layer = np.random.rand(outputSize, hiddenSize + 1) / outputSize
        self.layers = [hidden_layer, output_layer]
        self.iteration = 0.0

    def feed_forward(self, vector):
        """The outputs of both layers."""
        outputs = []
        for layer in self.layers:
            vector = expit(np.inner(layer, np.append(vector, 1)))
            outputs.append(vector)
        return outputs

    def error(self, vector, target):
        return 0.5 * np.sum((self.feed_forward(vector)[-1] - target) ** 2)

    def backpropagate(self, vector, target):
        """A step for one picture."""
        c = 1.0 / (self.iteration + 10)
        hidden, outputs = self.feed_forward(vector)

        # output layer: partial derivatives, and the step
        output_deltas = outputs * (1 - outputs) * (outputs - target)
        self.layers[1] -= c * np.outer(output_deltas, np.append(hidden, 1))

        # hidden layer: the same
        back = np.dot(self.layers[1][:, :-1].T, output_deltas)
        hidden_deltas = hidden * (1 - hidden) * back
        self.layers[0] -= c * np.outer(hidden_deltas, np.append(vector, 1))

    def train(self, inputs, targets, rounds):
        for _ in range(rounds):
            for vector, target in zip(inputs, targets):
                self.backpropagate(vector, target)
            self.iteration += 1.0

    def predict_one(self, vector):
        return np.argmax(self.feed_forward(vector)[-1])


if __name__ == "__main__":
    np.random.seed(0)
    pictures = np.random.rand(30, 16)
    labels = np.random.randint(4, size=30)
    network = Network(16, 8, 4)
    network.train(pictures, np.eye(4)[labels], 20)
    print(np.mean([network.predict_one(p) == k for p, k in zip(pictures, labels)]))
