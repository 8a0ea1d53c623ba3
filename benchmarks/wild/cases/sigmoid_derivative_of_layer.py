"""A network that keeps its layers and its output."""

import numpy as np


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    return x * (1.0 - x)


class NeuralNetwork:
    def __init__(self, n_in, n_hidden=4):
        self.weights1 = np.random.rand(n_in, n_hidden)
        self.weights2 = np.random.rand(n_hidden, 1)

    def forward(self, x):
        self.input = x
        self.layer1 = sigmoid(np.dot(x, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))
        return self.output

    def backward(self, d_output):
        d2 = d_output * sigmoid_derivative(self.output)
        d1 = np.dot(d2, self.weights2.T) * sigmoid_derivative(self.layer1)
        self.d_weights2 = np.dot(self.layer1.T, d2)
        self.d_weights1 = np.dot(self.input.T, d1)
        return np.dot(d1, self.weights1.T)
