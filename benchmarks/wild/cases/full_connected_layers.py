import numpy as np


class SigmoidActivator:
    def forward(self, weighted_input):
        return 1.0 / (1.0 + np.exp(-weighted_input))

    def backward(self, output):
        return output * (1 - output)


class FullConnectedLayer:
    def __init__(self, input_size, output_size, activator):
        self.activator = activator
        self.W = np.random.uniform(-0.1, 0.1, (output_size, input_size))
        self.b = np.zeros((output_size, 1))

    def forward(self, input_array):
        self.input = input_array
        self.output = self.activator.forward(np.dot(self.W, input_array) + self.b)

    def backward(self, delta_array):
        """delta_array: the error term of this layer's weighted input."""
        self.delta = self.activator.backward(self.input) * np.dot(self.W.T, delta_array)
        self.W_grad = np.dot(delta_array, self.input.T)
        self.b_grad = delta_array

    def update(self, learning_rate):
        self.W += learning_rate * self.W_grad
        self.b += learning_rate * self.b_grad


class Network:
    def __init__(self, layers):
        sizes = zip(layers[:-1], layers[1:])
        self.layers = [FullConnectedLayer(i, o, SigmoidActivator()) for i, o in sizes]

    def predict(self, sample):
        output = sample
        for layer in self.layers:
            layer.forward(output)
            output = layer.output
        return output

    def train(self, label, sample, rate):
        self.predict(sample)
        self.calc_gradient(label)
        for layer in self.layers:
            layer.update(rate)

    def calc_gradient(self, label):
        last = self.layers[-1]
        delta = last.activator.backward(last.output) * (label - last.output)
        for layer in self.layers[::-1]:
            layer.backward(delta)
            delta = layer.delta
        return delta

    def loss(self, output, label):
        return 0.5 * ((label - output) ** 2).sum()
