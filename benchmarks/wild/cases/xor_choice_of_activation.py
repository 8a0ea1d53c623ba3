"""XOR with any number of layers and a choice of two activations."""

import numpy as np


def tanh(x):
    return np.tanh(x)


def tanh_prime(x):
    return 1.0 - x**2


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_prime(x):
    return sigmoid(x) * (1.0 - sigmoid(x))


class NeuralNetwork:
    def __init__(self, layers, activation="sigmoid"):
        if activation == "sigmoid":
            self.activation, self.activation_prime = sigmoid, sigmoid_prime
        elif activation == "tanh":
            self.activation, self.activation_prime = tanh, tanh_prime
        self.weights = []
        for a, b in zip(layers, layers[1:]):
            self.weights.append(2 * np.random.random((a, b)) - 1)

    def predict(self, x):
        a = np.array(x, dtype=float)
        for w in self.weights:
            a = self.activation(np.dot(a, w))
        return a

    def error(self, x, y):
        return np.sum((y - self.predict(x)) ** 2) / 2

    def fit(self, X, y, learning_rate=0.2, epochs=10000):
        for _ in range(epochs):
            i = np.random.randint(X.shape[0])
            a = [X[i]]
            for w in self.weights:
                a.append(self.activation(np.dot(a[-1], w)))

            # output layer
            error = y[i] - a[-1]
            deltas = [error * self.activation_prime(a[-1])]

            # from the last hidden layer to the first
            for layer in range(len(a) - 2, 0, -1):
                deltas.append(deltas[-1].dot(self.weights[layer].T) * self.activation_prime(a[layer]))
            deltas.reverse()

            for k in range(len(self.weights)):
                layer, delta = np.atleast_2d(a[k]), np.atleast_2d(deltas[k])
                self.weights[k] += learning_rate * layer.T.dot(delta)


if __name__ == "__main__":
    np.random.seed(0)
    nn = NeuralNetwork([3, 4, 1])
    X = np.array([[1.0, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]])
    y = np.array([[0], [1], [1], [0]])
    nn.fit(X, y)
    for e in X:
        print(e[1:], nn.predict(e))
