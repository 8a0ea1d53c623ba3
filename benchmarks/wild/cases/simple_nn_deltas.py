import math
import random


class Layer:
    def __init__(self, size, next_size):
        self.size = size
        self.neurons = [0.0] * size
        self.biases = [random.uniform(-1, 1) for _ in range(size)]
        self.weights = [[random.uniform(-1, 1) for _ in range(next_size)] for _ in range(size)]


class NeuralNetwork:
    def __init__(self, learning_rate, sizes):
        self.learning_rate = learning_rate
        self.layers = [Layer(size, following) for size, following in zip(sizes, [*sizes[1:], 0])]

    def activation(self, x):
        return 1 / (1 + math.exp(-x))

    def derivative(self, y):
        return y * (1 - y)

    def feed_forward(self, inputs):
        self.layers[0].neurons = list(inputs)
        for l, l1 in zip(self.layers, self.layers[1:]):
            for j in range(l1.size):
                l1.neurons[j] = 0.0
                for k in range(l.size):
                    l1.neurons[j] += l.neurons[k] * l.weights[k][j]
                l1.neurons[j] = self.activation(l1.neurons[j] + l1.biases[j])
        return self.layers[-1].neurons

    def error(self, inputs, targets):
        return sum((t - o) ** 2 for t, o in zip(targets, self.feed_forward(inputs))) / 2

    def backpropagation(self, targets):
        errors = [t - o for t, o in zip(targets, self.layers[-1].neurons)]
        for k in range(len(self.layers) - 2, -1, -1):
            l, l1 = self.layers[k], self.layers[k + 1]
            gradients = [
                errors[i] * self.derivative(l1.neurons[i]) * self.learning_rate for i in range(l1.size)
            ]
            deltas = [[gradients[i] * l.neurons[j] for j in range(l.size)] for i in range(l1.size)]
            errors_next = [0.0] * l.size
            for i in range(l.size):
                for j in range(l1.size):
                    errors_next[i] += l.weights[i][j] * (errors[j] * self.derivative(l1.neurons[j]))
            errors = errors_next
            for i in range(l1.size):
                l1.biases[i] += gradients[i]
                for j in range(l.size):
                    l.weights[j][i] += deltas[i][j]


if __name__ == "__main__":
    random.seed(0)
    nn = NeuralNetwork(0.5, [2, 5, 2])
    points = [(random.random(), random.random()) for _ in range(30)]
    for _ in range(50):
        for x, y in points:
            nn.feed_forward([x - 0.5, y - 0.5])
            nn.backpropagation([1, 0] if x > y else [0, 1])
    print(sum(nn.error([x - 0.5, y - 0.5], [1, 0] if x > y else [0, 1]) for x, y in points))
