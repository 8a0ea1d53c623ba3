import numpy as np


class Sigmoid:
    def get_output(self, net):
        self.output = 1.0 / (1.0 + np.exp(-net))
        return self.output

    def get_derivative(self, net):
        return self.output * (1.0 - self.output)


class SoftMax:
    """Its neurons need to know the whole layer."""

    def get_output(self, net):
        shifted = np.exp(net - np.max(net, axis=-1, keepdims=True))
        self.output = shifted / np.sum(shifted, axis=-1, keepdims=True)
        return self.output

    def get_derivative(self, net):
        return 1.0 * (1.0 - self.output)


class Layer:
    def __init__(self, inputs, neurons, transfer_function):
        self.weights = np.random.uniform(-0.5, 0.5, (inputs, neurons))
        self.transfer_function = transfer_function

    def calculate(self, inputs):
        self.inputs = inputs
        self.net = inputs @ self.weights
        return self.transfer_function.get_output(self.net)

    def propagate_error(self, error):
        self.delta = error * self.transfer_function.get_derivative(self.net)
        self.gradient = self.inputs.T @ self.delta
        return self.delta @ self.weights.T


class MultiLayerPerceptron:
    def __init__(self, inputs, hidden, outputs):
        self.hidden = Layer(inputs, hidden, Sigmoid())
        self.output = Layer(hidden, outputs, SoftMax())

    def calculate(self, x):
        return self.output.calculate(self.hidden.calculate(x))

    def total_error(self, x, desired):
        return 0.5 * np.sum((self.calculate(x) - desired) ** 2)

    def learn(self, x, desired, learning_rate=0.1):
        error = self.calculate(x) - desired
        self.hidden.propagate_error(self.output.propagate_error(error))
        for layer in (self.hidden, self.output):
            layer.weights -= learning_rate * layer.gradient


if __name__ == "__main__":
    np.random.seed(3)
    x = np.random.randn(20, 4)
    desired = np.eye(3)[np.argmax(x[:, :3], axis=1)]
    net = MultiLayerPerceptron(4, 6, 3)
    for _ in range(100):
        net.learn(x, desired)
    print(net.total_error(x, desired))
