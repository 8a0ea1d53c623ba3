"""Layers for one picture at a time: each multiplies its local gradient with what comes back."""

import numpy as np


def softmax(x):
    """Compute the softmax of vector x."""
    exps = np.exp(x)
    return exps / np.sum(exps)


class Linear:
    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_out, n_in) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.input = x
        self.value = self.w @ x + self.b
        return self.value

    def backward(self, upstream):
        self.grad_w = np.outer(upstream, self.input)
        self.grad_b = upstream.copy()
        return self.w.T @ upstream


class Softmax:
    def forward(self, x):
        self.input = x
        self.value = softmax(self.input)
        return self.value

    def backward(self, upstream):
        self.gradient = np.zeros(len(self.value))
        for i in range(len(self.value)):
            for j in range(len(self.input)):
                if i == j:
                    self.gradient[i] = self.value[i] * (1 - self.input[i])
                else:
                    self.gradient[i] = -self.value[i] * self.input[j]
        return self.gradient * upstream


class CrossEntropy:
    def forward(self, p, label):
        self.p, self.label = p, label
        return -np.log(p[label])

    def backward(self):
        grad = np.zeros_like(self.p)
        grad[self.label] = -1 / self.p[self.label]
        return grad


def train_step(layers, cost, x, label, lr=0.1):
    for layer in layers:
        x = layer.forward(x)
    value = cost.forward(x, label)
    upstream = cost.backward()
    for layer in reversed(layers):
        upstream = layer.backward(upstream)
        if isinstance(layer, Linear):
            layer.w -= lr * layer.grad_w
            layer.b -= lr * layer.grad_b
    return value


if __name__ == "__main__":
    np.random.seed(0)
    layers = [Linear(6, 3), Softmax()]
    print([train_step(layers, CrossEntropy(), np.ones(6), 1) for _ in range(3)])
