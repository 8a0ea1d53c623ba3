"""Layers in the manner of a deep learning course: backward returns dX and a list of gradients."""

import numpy as np


class FullyConnected:
    def __init__(self, in_size, out_size):
        self.W = np.random.randn(in_size, out_size) / np.sqrt(in_size / 2.0)
        self.b = np.zeros((1, out_size))
        self.params = [self.W, self.b]

    def forward(self, X):
        self.X = X
        return self.X @ self.W + self.b

    def backward(self, dout):
        dW = self.X.T @ dout
        db = np.sum(dout, axis=0)
        dX = dout @ self.W.T
        return dX, [dW, db.reshape(self.b.shape)]


class ReLU:
    def __init__(self):
        self.params = []

    def forward(self, X):
        self.X = X
        return np.maximum(0, X)

    def backward(self, dout):
        dX = dout.copy()
        dX[self.X <= 0] = 0
        return dX, []


class SoftmaxLoss:
    def __call__(self, X, y):
        m = y.shape[0]
        X = X - X.max(axis=1, keepdims=True)
        log_likelihood = X - np.log(np.exp(X).sum(axis=1, keepdims=True))
        loss = -np.sum(log_likelihood[range(m), y]) / m
        dx = np.exp(log_likelihood)
        dx[range(m), y] -= 1
        return loss, dx / m


class NeuralNet:
    def __init__(self, layers):
        self.layers = layers
        self.loss_func = SoftmaxLoss()

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, dout):
        grads = []
        for layer in reversed(self.layers):
            dout, grad = layer.backward(dout)
            grads.append(grad)
        return grads

    def train_step(self, X, y):
        loss, dout = self.loss_func(self.forward(X), y)
        return loss, self.backward(dout)


def sgd(nnet, X, y, lr=0.1, steps=50):
    for _ in range(steps):
        loss, grads = nnet.train_step(X, y)
        for layer, grad in zip(reversed(nnet.layers), grads):
            for param, g in zip(layer.params, grad):
                param -= lr * g
    return loss


if __name__ == "__main__":
    np.random.seed(3)
    X = np.random.randn(40, 5)
    print(
        sgd(NeuralNet([FullyConnected(5, 12), ReLU(), FullyConnected(12, 3)]), X, np.argmax(X[:, :3], axis=1))
    )
