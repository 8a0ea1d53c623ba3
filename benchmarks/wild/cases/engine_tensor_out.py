"""Tensors with gradients for the players of a game: each operation leaves a function behind."""

import numpy as np


class Tensor:
    def __init__(self, data, requiresGrad=False):
        self.data = np.array(data, dtype=float)
        self.requiresGrad = requiresGrad
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._prev = []

    def add(self, other):
        out = Tensor(self.data + other.data, True)
        out._prev = [self, other]

        def back():
            if self.requiresGrad:
                self.grad = self.grad + out.grad
            if other.requiresGrad:
                grad = out.grad
                if other.data.shape != grad.shape:  # a row was added to each row
                    grad = grad.sum(axis=0, keepdims=True)
                other.grad = other.grad + grad

        out._backward = back
        return out

    def matmul(self, other):
        out = Tensor(self.data @ other.data, True)
        out._prev = [self, other]

        def back():
            if self.requiresGrad:
                self.grad = self.grad + out.data @ other.data.T
            if other.requiresGrad:
                other.grad = other.grad + self.data.T @ out.data

        out._backward = back
        return out

    def relu(self):
        out = Tensor(np.maximum(0, self.data), True)
        out._prev = [self]

        def back():
            self.grad = self.grad + (self.data > 0) * out.grad

        out._backward = back
        return out

    def backward(self, seed=None):
        topo, visited = [], set()

        def build(v):
            if id(v) not in visited:
                visited.add(id(v))
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = np.ones_like(self.data) if seed is None else seed
        for v in reversed(topo):
            v._backward()


class Linear:
    def __init__(self, inFeatures, outFeatures):
        self.weight = Tensor(np.random.uniform(-1, 1, (inFeatures, outFeatures)), True)
        self.bias = Tensor(np.zeros((1, outFeatures)), True)

    def forward(self, x):
        return x.matmul(self.weight).add(self.bias)
