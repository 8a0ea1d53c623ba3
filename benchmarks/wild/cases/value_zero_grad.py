"""Scalars that remember how they were made; zero_grad clears the parameters."""

import numpy as np


class Value:
    def __init__(self, data, children=()):
        self.data, self.grad = data, 0.0
        self.prev = children
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(np.tanh(self.data), (self,))

        def _backward():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def backward(self):
        order = []

        def build(node):
            if node not in order:
                for child in node.prev:
                    build(child)
                order.append(node)

        build(self)
        self.grad = 1.0
        for node in order[::-1]:
            node._backward()


def zero_grad(parameters):
    for p in parameters:
        p.grad = 0.0
