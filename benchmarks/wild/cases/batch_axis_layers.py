import numpy as np


class UpdatableParam:
    def __init__(self, weight):
        self.weight = weight
        self.grad = np.zeros_like(weight)


class FullyConnectedLayer:
    def __init__(self, in_dim, unit):
        self.params = [
            UpdatableParam(np.random.uniform(-0.5, 0.5, (in_dim, unit))),
            UpdatableParam(np.zeros((1, unit))),
        ]

    def forwarding(self, input):
        self.input = input
        weight, bias = self.params
        return input @ weight.weight + bias.weight

    def backwarding(self, derivative):
        weight, bias = self.params
        weight.grad = self.input.T @ derivative
        bias.grad = derivative
        return derivative @ weight.weight.T


class ActivationLayer:
    def forwarding(self, input):
        self.output = np.tanh(input)
        return self.output

    def backwarding(self, derivative):
        return derivative * (1 - self.output**2)


class NeuralNetwork:
    def __init__(self, layers):
        self.layers = layers

    def forwarding(self, input):
        for layer in self.layers:
            input = layer.forwarding(input)
        return input

    def loss(self, input, label):
        """Mean over the batch of half the squared distance"""
        return 0.5 * np.sum((self.forwarding(input) - label) ** 2) / len(input)

    def backwarding(self, input, label):
        derivative = (self.forwarding(input) - label) / len(input)
        for layer in reversed(self.layers):
            derivative = layer.backwarding(derivative)
        return derivative


class SGD:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, params):
        for p in params:
            grad = p.grad
            if grad.shape != p.weight.shape:  # average over the batch
                grad = grad.mean(axis=0, keepdims=True)
            p.weight -= self.learning_rate * grad


if __name__ == "__main__":
    np.random.seed(2)
    net = NeuralNetwork([FullyConnectedLayer(3, 6), ActivationLayer(), FullyConnectedLayer(6, 1)])
    optimizer = SGD(0.2)
    x = np.random.randn(32, 3)
    y = x[:, :1] * x[:, 1:2] + 1
    for epoch in range(100):
        net.backwarding(x, y)
        for layer in net.layers:
            optimizer.apply_gradients(getattr(layer, "params", []))
    print(net.loss(x, y))
