"""A multilayer perceptron whose cost brings its own delta of the output layer; mini batches of columns."""

import random

import numpy as np


class CrossEntropyCost:
    @staticmethod
    def fn(a, y):
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

    @staticmethod
    def delta(a, y):
        return a - y


class MultiLayerPerceptron:
    def __init__(self, sizes, cost=CrossEntropyCost):
        self.num_layers = len(sizes)
        self.cost = cost
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) / np.sqrt(x) for x, y in zip(sizes, sizes[1:])]

    def feed_forward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = self.sigmoid(w @ a + b)
        return a

    def backprop(self, x, y):
        """The gradients of biases and weights for one example, as two lists."""
        b, w = [None] * len(self.biases), [None] * len(self.weights)

        activations, zs = [x], []
        for bias, weight in zip(self.biases, self.weights):
            zs.append(weight @ activations[-1] + bias)
            activations.append(self.sigmoid(zs[-1]))

        delta = self.cost.delta(activations[-1], y)
        b[-1] = delta
        w[-1] = delta @ activations[-2].T
        for l in range(2, self.num_layers):
            delta = (self.weights[-l + 1].T @ delta) * self.sigmoid_prime(zs[-l])
            b[-l] = delta
            w[-l] = delta @ activations[-l - 1].T
        return b, w

    def gd_mini_batch(self, mini_batch, alpha, lmbda, n):
        biases = [np.zeros(b.shape) for b in self.biases]
        weights = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_b, delta_w = self.backprop(x, y)
            biases = [nb + db for nb, db in zip(biases, delta_b)]
            weights = [nw + dw for nw, dw in zip(weights, delta_w)]
        step = alpha / len(mini_batch)
        self.biases = [b - step * nb for b, nb in zip(self.biases, biases)]
        self.weights = [(1 - alpha * lmbda / n) * w - step * nw for w, nw in zip(self.weights, weights)]

    def SGD(self, training_data, epochs, size, alpha, lmbda=0.0):
        for _ in range(epochs):
            random.shuffle(training_data)
            for k in range(0, len(training_data), size):
                self.gd_mini_batch(training_data[k : k + size], alpha, lmbda, len(training_data))
        return sum(self.cost.fn(self.feed_forward(x), y) for x, y in training_data) / len(training_data)

    def sigmoid(self, z):
        return 1.0 / (1.0 + np.exp(-z))

    def sigmoid_prime(self, z):
        return self.sigmoid(z) * (1 - self.sigmoid(z))


if __name__ == "__main__":
    np.random.seed(0)
    data = []
    for _ in range(40):
        x = np.random.rand(3, 1)
        data.append((x, np.array([[float(x[0, 0] > x[1, 0])], [float(x[2, 0] > 0.5)]])))
    print(MultiLayerPerceptron([3, 6, 2]).SGD(data, 20, 8, 1.0))
