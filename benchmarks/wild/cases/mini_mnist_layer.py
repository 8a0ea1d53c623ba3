import numpy as np

MOMENTUM = 0.9


class Layer:
    """A dense layer that takes its step on the way back; one example at a time."""

    def __init__(self, in_size, out_size):
        scale = np.sqrt(2.0 / in_size)
        self.weights = (np.random.rand(in_size, out_size) - 0.5) * 2 * scale
        self.biases = np.zeros(out_size)
        self.weight_momentum = np.zeros((in_size, out_size))
        self.bias_momentum = np.zeros(out_size)

    def forward(self, input):
        return input @ self.weights + self.biases

    def backward(self, input, output_grad, lr):
        input_grad = self.weights @ output_grad

        grad = np.outer(input, output_grad)
        self.weight_momentum = MOMENTUM * self.weight_momentum + lr * grad
        self.weights = self.weights - self.weight_momentum
        input_grad += self.weights @ output_grad

        self.bias_momentum = MOMENTUM * self.bias_momentum + lr * output_grad
        self.biases = self.biases - self.bias_momentum
        return input_grad
