import numpy as np


class Layer:
    # 全连接层
    def __init__(self, n_input, n_neurons, activation="sigmoid"):
        self.weights = np.random.randn(n_input, n_neurons) * np.sqrt(1 / n_neurons)
        self.bias = np.random.rand(n_neurons) * 0.1
        self.activation = activation
        self.last_activation = None  # 激活函数的输出值 o
        self.delta = None  # 用于计算前一层的 delta

    def activate(self, X):
        r = np.dot(X, self.weights) + self.bias
        self.last_activation = self._apply_activation(r)
        return self.last_activation

    def _apply_activation(self, r):
        if self.activation == "relu":
            return np.maximum(r, 0)
        if self.activation == "tanh":
            return np.tanh(r)
        return 1 / (1 + np.exp(-r))

    def apply_activation_derivative(self, r):
        # r 是激活函数的输出，不是净输入
        if self.activation == "relu":
            return (r > 0).astype(float)
        if self.activation == "tanh":
            return 1 - r**2
        return r * (1 - r)


class NeuralNetwork:
    def __init__(self, *layers):
        self._layers = layers

    def feed_forward(self, X):
        for layer in self._layers:
            X = layer.activate(X)
        return X

    def loss(self, X, y):
        return 0.5 * np.sum((y - self.feed_forward(X)) ** 2)

    def backpropagation(self, X, y, learning_rate):
        # 一次一个样本
        output = self.feed_forward(X)
        error = y - output
        for layer in reversed(self._layers):
            layer.delta = error * layer.apply_activation_derivative(layer.last_activation)
            error = np.dot(layer.weights, layer.delta)
        o_i = X
        for layer in self._layers:
            layer.weights = layer.weights + np.outer(o_i, layer.delta) * learning_rate
            layer.bias = layer.bias + layer.delta * learning_rate
            o_i = layer.last_activation
