import numpy as np

inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
outputs = np.array([[0], [1], [1], [0]])


class Perceptron:
    def __init__(self, n_in=3, n_hidden=4, n_out=1):
        np.random.seed(1)
        self.layer_one_weights = 2 * np.random.random((n_in, n_hidden)) - 1
        self.layer_two_weights = 2 * np.random.random((n_hidden, n_out)) - 1

    def applySigmoid(self, x, giveMeTheDerivative=False):
        if giveMeTheDerivative:
            return x * (1 - x)
        return 1 / (1 + np.exp(-x))

    def predict(self, inputs):
        self.layer_one_prediction = self.applySigmoid(inputs @ self.layer_one_weights)
        self.layer_two_prediction = self.applySigmoid(self.layer_one_prediction @ self.layer_two_weights)
        return self.layer_two_prediction

    def squared_error(self, inputs, outputs):
        return np.sum((self.predict(inputs) - outputs) ** 2) / 2

    def changes(self, inputs, outputs):
        layer_two_error = self.predict(inputs) - outputs
        layer_two_change = layer_two_error * self.applySigmoid(self.layer_two_prediction, True)

        layer_one_error = layer_two_change @ self.layer_two_weights.T
        layer_one_change = layer_one_error * self.applySigmoid(layer_one_error, True)

        return inputs.T @ layer_one_change, self.layer_one_prediction.T @ layer_two_change

    def train(self, inputs, outputs, iterations=1000):
        for _ in range(iterations):
            one, two = self.changes(inputs, outputs)
            self.layer_one_weights -= one
            self.layer_two_weights -= two


if __name__ == "__main__":
    network = Perceptron()
    network.train(inputs, outputs)
    print(network.predict(inputs))
