import numpy as np


def sigmoid_function(signal, derivative=False):
    if derivative:
        # signal is what the sigmoid gave
        return np.multiply(signal, 1 - signal)
    return 1 / (1 + np.exp(-signal))


def add_bias(A):
    return np.hstack((np.ones((A.shape[0], 1)), A))


class NeuralNet:
    def __init__(self, n_inputs, n_outputs, n_hiddens=2, n_hidden_layers=1):
        sizes = [n_inputs, *[n_hiddens] * n_hidden_layers, n_outputs]
        self.weights = [np.random.uniform(-0.5, 0.5, (a + 1, b)) for a, b in zip(sizes, sizes[1:])]

    def update(self, input_values, trace=False):
        output = input_values
        outputs = [output]
        for weight_layer in self.weights:
            output = sigmoid_function(add_bias(output).dot(weight_layer))
            outputs.append(output)
        return outputs if trace else output

    def cost(self, training_data, training_targets):
        return 0.5 * np.sum((training_targets - self.update(training_data)) ** 2)

    def gradients(self, training_data, training_targets):
        """Layer by layer, from the last one to the first."""
        outputs = self.update(training_data, trace=True)
        error = outputs[-1] - training_targets
        delta = error * sigmoid_function(outputs[-1], derivative=True)
        found = []
        # The input of layer i is the output of layer i - 1
        for i, input_signals in zip(reversed(range(len(self.weights))), reversed(outputs[:-1])):
            found.insert(0, add_bias(input_signals).T.dot(delta))
            if i > 0:
                delta = delta.dot(self.weights[i][1:].T) * sigmoid_function(input_signals, derivative=True)
        return found

    def backpropagation(
        self, training_data, training_targets, learning_rate=0.3, momentum_factor=0.5, epochs=50
    ):
        momentum = [np.zeros_like(w) for w in self.weights]
        for _ in range(epochs):
            for i, gradient in enumerate(self.gradients(training_data, training_targets)):
                momentum[i] = -learning_rate * gradient + momentum_factor * momentum[i]
                self.weights[i] += momentum[i]
        return self.cost(training_data, training_targets)


if __name__ == "__main__":
    np.random.seed(1)
    net = NeuralNet(2, 1, n_hiddens=3)
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    print(net.backpropagation(X, np.array([[0], [1], [1], [0]])))
