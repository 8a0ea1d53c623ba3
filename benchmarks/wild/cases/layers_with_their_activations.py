import numpy as np


class Activations:
    SIGMOID = (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a))
    TANH = (np.tanh, lambda a: 1 - a**2)
    LINEAR = (lambda z: z, lambda a: np.ones_like(a))


class Dense:
    def __init__(self, inputs, outputs, activation):
        self.weights = np.random.randn(outputs, inputs) * np.sqrt(1 / inputs)
        self.biases = np.zeros((outputs, 1))
        self.activation = activation
        self.data = None

    def forward(self, inputs):
        self.inputs = inputs
        self.data = self.activation[0](self.weights @ inputs + self.biases)
        return self.data


class Network:
    """Layers are added one by one; columns are samples."""

    def __init__(self, learning_rate=0.05):
        self.layers = []
        self.learning_rate = learning_rate

    def add_layer(self, inputs, outputs, activation):
        self.layers.append(Dense(inputs, outputs, activation))
        return self

    def feed_forward(self, inputs):
        for layer in self.layers:
            inputs = layer.forward(inputs)
        return inputs

    def loss(self, inputs, targets):
        return 0.5 * np.sum((self.feed_forward(inputs) - targets) ** 2)

    def back_propagate(self, inputs, targets):
        """From the last layer to the first; the gradients of each, weights and biases."""
        errors = self.feed_forward(inputs) - targets
        gradients = []
        for i in reversed(range(len(self.layers))):
            layer = self.layers[i]
            previous = self.layers[max(i - 1, 0)]
            local = errors * previous.activation[1](layer.data)
            gradients.insert(0, (local @ layer.inputs.T, local.sum(axis=1, keepdims=True)))
            errors = layer.weights.T @ local
        return gradients

    def fit(self, inputs, targets, epochs):
        for _ in range(epochs):
            for layer, (dw, db) in zip(self.layers, self.back_propagate(inputs, targets)):
                layer.weights -= self.learning_rate * dw
                layer.biases -= self.learning_rate * db
        return self.loss(inputs, targets)


if __name__ == "__main__":
    np.random.seed(0)
    net = Network().add_layer(2, 4, Activations.TANH).add_layer(4, 1, Activations.SIGMOID)
    x = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    print(net.fit(x, np.array([[0, 1, 1, 0]]), 100))
