"""Activations with F for the value and Df for the slope, and a deep network of neurons on top."""

import numpy as np


class Sigmoid:
    def F(self, x):
        return 1 / (1 + np.exp(-x))

    def Df(self, y):
        return y * (1 - y)


class Tanh:
    def F(self, x):
        return np.tanh(x)

    def Df(self, y):
        return 1 - y**2


class ReLU:
    def F(self, x):
        return np.maximum(x, 0)

    def Df(self, y):
        return np.where(y > 0, 1.0, 0.0)


class Linear:
    def F(self, x):
        return x

    def Df(self, y):
        return np.ones_like(y)


def GetActivation(name):
    return {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "linear": Linear}[name]()


class Layer:
    def __init__(self, n_in, n_out, A):
        self.A = A
        self.W = np.random.normal(size=(n_out, n_in)) / np.sqrt(n_in)

    def Fire(self, x):
        self.In = x
        self.Value = self.A.F(self.W @ x)
        return self.Value


class Deep:
    def __init__(self, layout, activation="relu"):
        self.Layers = []
        for k, (n_in, n_out) in enumerate(zip(layout, layout[1:])):
            last = k == len(layout) - 2
            self.Layers.append(Layer(n_in, n_out, GetActivation("linear" if last else activation)))

    def Forward(self, x):
        for layer in self.Layers:
            x = layer.Fire(x)
        return x

    def Loss(self, x, ideal):
        return 0.5 * np.sum((self.Forward(x) - ideal) ** 2)

    def Gradients(self, x, ideal):
        """Of all weights, the first layer's first."""
        delta = self.Forward(x) - ideal
        gradients = []
        for layer in reversed(self.Layers):
            delta = delta * layer.A.Df(layer.Value)
            gradients.insert(0, np.outer(delta, layer.In))
            delta = layer.W.T @ delta
        return gradients

    def Learn(self, x, ideal, lr=0.05):
        for layer, gradient in zip(self.Layers, self.Gradients(x, ideal)):
            layer.W -= lr * gradient


if __name__ == "__main__":
    np.random.seed(1)
    neural = Deep([2, 6, 1])
    for _ in range(500):
        x = np.random.rand(2)
        neural.Learn(x, x[:1] * x[1:])
    print(neural.Loss(np.array([0.5, 0.5]), 0.25))
