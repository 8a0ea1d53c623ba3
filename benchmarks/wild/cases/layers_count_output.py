import math
import random


class Neural:
    def __init__(self, n_weights):
        self.weights = [random.uniform(-1, 1) for _ in range(n_weights)]  # to the next layer
        self.value = 0.0
        self.error = 0.0


class Network:
    """Layers of neurons, 2-2-1 or 2-4-1, each neuron with the weights that leave it."""

    def __init__(self, sizes):
        self.layers = [[Neural(m) for _ in range(n)] for n, m in zip(sizes, [*sizes[1:], 0])]

    def calculate(self, inputs):
        for neural, x in zip(self.layers[0], inputs):
            neural.value = x
        for layer, following in zip(self.layers, self.layers[1:]):
            for k, neural in enumerate(following):
                total = 0.0
                for previous in layer:
                    total += previous.value * previous.weights[k]
                neural.value = 1 / (1 + math.exp(-total))
        return [neural.value for neural in self.layers[-1]]

    def half_square(self, inputs, targets):
        return 0.5 * sum((t - o) ** 2 for t, o in zip(targets, self.calculate(inputs)))

    def calculate_errors(self, targets):
        for neural, target in zip(self.layers[-1], targets):
            neural.error = neural.value * (1 - neural.value) * (target - neural.value)
        for i in range(len(self.layers) - 2, 0, -1):
            for neural in self.layers[i]:
                total = 0.0
                for k, following in enumerate(self.layers[i + 1]):
                    total += following.value * neural.weights[k]
                neural.error = neural.value * (1 - neural.value) * total

    def adjust(self, inputs, targets, learn_rate=0.5):
        self.calculate(inputs)
        self.calculate_errors(targets)
        for layer, following in zip(self.layers, self.layers[1:]):
            for neural in layer:
                for k, neural2 in enumerate(following):
                    neural.weights[k] += learn_rate * neural.value * neural2.error


if __name__ == "__main__":
    network = Network([2, 4, 1])
    table = [([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]
    for _ in range(300):
        for inputs, targets in table:
            network.adjust(inputs, targets)
    for inputs, _ in table:
        print(inputs, network.calculate(inputs))
