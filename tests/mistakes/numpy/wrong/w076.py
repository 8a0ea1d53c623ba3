import numpy as np


class Linear:
    def __init__(self, in_features, out_features):
        self.weight = 0.1 * np.random.randn(out_features, in_features)
        self.bias = np.zeros(out_features)
        self.grads = {}

    def forward(self, x):
        self.input = x
        return np.matmul(x, self.weight.T) + self.bias

    def backward(self, grad_output):
        self.grads["weight"] = np.matmul(self.input.T, grad_output)
        self.grads["bias"] = grad_output.sum(axis=0)
        return np.matmul(grad_output, self.weight)

    def __call__(self, x):
        return self.forward(x)
