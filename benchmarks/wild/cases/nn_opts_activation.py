"""A network in lists: as many layers as wanted, and an activation by name."""

import math
import random

ACTIVATION = {
    "logistic": lambda x: 1 / (1 + math.exp(-x)),
    "hyperbolic": lambda x: math.tanh(x),
}


class NN:
    def __init__(self, layers=(2, 3, 1), activation="hyperbolic", learning_rate=0.5, iterations=500):
        self.layers = layers
        self.activation = ACTIVATION[activation]
        self.learning_rate = learning_rate
        self.iterations = iterations
        # weights[l][n]: those of node n of layer l + 1, the bias first
        self.weights = [
            [[random.uniform(-0.5, 0.5) for _ in range(layers[l] + 1)] for _ in range(layers[l + 1])]
            for l in range(len(layers) - 1)
        ]

    def send(self, inputs):
        """Sends the inputs through the network; keeps what each layer puts out."""
        self.outputs = [list(inputs)]
        for layer in self.weights:
            previous = self.outputs[-1]
            out = []
            for node in layer:
                total = node[0]
                for weight, value in zip(node[1:], previous):
                    total += weight * value
                out.append(self.activation(total))
            self.outputs.append(out)
        return self.outputs[-1]

    def get_error(self, inputs, desired):
        return sum((d - o) ** 2 for d, o in zip(desired, self.send(inputs))) / 2

    def back_propagate(self, inputs, desired):
        self.send(inputs)
        signals = [None] * len(self.weights)

        # the output layer's error signals
        signals[-1] = []
        for out, want in zip(self.outputs[-1], desired):
            signals[-1].append((want - out) * out * (1 - out))

        # and those of the hidden layers
        for l in range(len(self.weights) - 2, -1, -1):
            signals[l] = []
            for n, out in enumerate(self.outputs[l + 1]):
                downstream = sum(
                    signals[l + 1][k] * node[n + 1] for k, node in enumerate(self.weights[l + 1])
                )
                signals[l].append(out * (1 - out) * downstream)

        for l, layer in enumerate(self.weights):
            for n, node in enumerate(layer):
                node[0] += self.learning_rate * signals[l][n]
                for k, value in enumerate(self.outputs[l]):
                    node[k + 1] += self.learning_rate * signals[l][n] * value

    def train(self, examples):
        for _ in range(self.iterations):
            for inputs, desired in examples:
                self.back_propagate(inputs, desired)


if __name__ == "__main__":
    random.seed(1)
    nn = NN(activation="hyperbolic")
    nn.train([([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])])
    print([nn.send(inputs) for inputs in ([0, 0], [0, 1], [1, 0], [1, 1])])
