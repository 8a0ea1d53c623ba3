import numpy as np

MOMENTUM = 0.9


class Layer:
    """One example at a time; backward also takes the step of momentum."""

    def __init__(self, input_size, output_size):
        scale = np.sqrt(2.0 / input_size)
        self.weights = np.random.uniform(-scale, scale, (input_size, output_size))
        self.biases = np.zeros(output_size)
        self.weight_momentum = np.zeros_like(self.weights)
        self.bias_momentum = np.zeros_like(self.biases)

    def forward(self, x):
        self.input = x
        return x @ self.weights + self.biases

    def backward(self, output_grad, lr=0.001):
        input_grad = self.weights @ output_grad
        for j in range(len(self.input)):
            grad = output_grad * self.input[j]
            self.weight_momentum[j] = MOMENTUM * self.weight_momentum[j] + lr * grad
            self.weights[j] -= self.weight_momentum[j]
            input_grad[j] += self.weights[j] @ output_grad
        self.bias_momentum = MOMENTUM * self.bias_momentum + lr * output_grad
        self.biases = self.biases - self.bias_momentum
        return input_grad


def relu(x):
    return np.maximum(x, 0)


def train(hidden, output, x, label, lr=0.001):
    h = relu(hidden.forward(x))
    z = output.forward(h)
    p = np.exp(z - z.max())
    p /= p.sum()
    grad = p.copy()
    grad[label] -= 1
    hidden_grad = output.backward(grad, lr)
    hidden.backward(hidden_grad * (h > 0), lr)
    return -np.log(p[label])
