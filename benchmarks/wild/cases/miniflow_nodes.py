"""A graph of layers; each asks its outbound layers for the gradient of the cost by itself."""

import numpy as np


class Layer:
    def __init__(self, inbound_layers=()):
        self.inbound_layers = list(inbound_layers)
        self.outbound_layers = []
        self.value = None
        self.gradients = {}
        for layer in self.inbound_layers:
            layer.outbound_layers.append(self)


class Input(Layer):
    def forward(self):
        pass

    def backward(self):
        self.gradients = {self: 0}
        for n in self.outbound_layers:
            self.gradients[self] += n.gradients[self]


class Linear(Layer):
    def __init__(self, inputs, weights, bias):
        super().__init__([inputs, weights, bias])

    def forward(self):
        X, W, b = (layer.value for layer in self.inbound_layers)
        self.value = np.dot(X, W) + b

    def backward(self):
        self.gradients = {n: np.zeros_like(n.value) for n in self.inbound_layers}
        X, W, b = self.inbound_layers
        for n in self.outbound_layers:
            grad_cost = n.gradients[self]
            self.gradients[X] += np.dot(grad_cost, W.value.T)
            self.gradients[W] += np.dot(X.value.T, grad_cost)
            self.gradients[b] += np.sum(grad_cost, axis=0, keepdims=False)


class Sigmoid(Layer):
    def __init__(self, layer):
        super().__init__([layer])

    def forward(self):
        self.value = 1.0 / (1.0 + np.exp(-self.inbound_layers[0].value))

    def backward(self):
        self.gradients = {n: np.zeros_like(n.value) for n in self.inbound_layers}
        for n in self.outbound_layers:
            grad_cost = n.gradients[self]
            self.gradients[self.inbound_layers[0]] += self.value * (1 - self.value) * grad_cost


class MSE(Layer):
    def __init__(self, y, a):
        super().__init__([y, a])

    def forward(self):
        self.diff = self.inbound_layers[0].value - self.inbound_layers[1].value
        self.value = np.mean(self.diff**2)

    def backward(self):
        y, a = self.inbound_layers
        self.gradients = {y: 2 / self.diff.size * self.diff, a: -2 / self.diff.size * self.diff}


def forward_and_backward(graph):
    for n in graph:
        n.forward()
    for n in graph[::-1]:
        n.backward()
