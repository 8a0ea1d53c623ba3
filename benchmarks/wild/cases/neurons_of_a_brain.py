"""A brain of neurons that are objects; each knows the neurons before it."""

import math
import random


def activation(x):
    return 1.0 / (1.0 + math.exp(-x))


def derivative(x):
    y = activation(x)
    return y * (1.0 - y)


class Neuron:
    def __init__(self, previous):
        self.previous = previous
        self.weights = [random.uniform(-1, 1) for _ in previous]
        self.bias = random.uniform(-1, 1)
        self.output = 0.0
        self.weighted_delta = 0.0

    def activate(self):
        weighted_sum = self.bias
        for weight, neuron in zip(self.weights, self.previous):
            weighted_sum += weight * neuron.output
        self.output = activation(weighted_sum)

    def adjust(self, error, rate):
        """Takes a step, and tells the neurons before what part they had in the error."""
        delta = error * derivative(self.output)
        for k, neuron in enumerate(self.previous):
            neuron.weighted_delta += delta * self.weights[k]
            self.weights[k] -= rate * delta * neuron.output
        self.bias -= rate * delta


class Brain:
    def __init__(self, sizes):
        self.layers = [[Neuron([]) for _ in range(sizes[0])]]
        for size in sizes[1:]:
            self.layers.append([Neuron(self.layers[-1]) for _ in range(size)])

    def think(self, signals):
        for neuron, signal in zip(self.layers[0], signals):
            neuron.output = signal
        for layer in self.layers[1:]:
            for neuron in layer:
                neuron.activate()
        return [neuron.output for neuron in self.layers[-1]]

    def cost(self, signals, targets):
        return 0.5 * sum((out - target) ** 2 for out, target in zip(self.think(signals), targets))

    def learn(self, signals, targets, rate=0.5):
        self.think(signals)
        for layer in self.layers:
            for neuron in layer:
                neuron.weighted_delta = 0.0
        for neuron, target in zip(self.layers[-1], targets):
            neuron.adjust(neuron.output - target, rate)
        for layer in reversed(self.layers[1:-1]):
            for neuron in layer:
                neuron.adjust(neuron.weighted_delta, rate)


if __name__ == "__main__":
    random.seed(7)
    brain = Brain([2, 3, 1])
    for _ in range(1000):
        a, b = random.randint(0, 1), random.randint(0, 1)
        brain.learn([a, b], [a ^ b])
    print(brain.think([0, 1]), brain.think([1, 1]))
