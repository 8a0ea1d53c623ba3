import numpy as np


class ActivationFunction:
    def __init__(self, func, dfunc, use_x_values=False):
        self.func, self.dfunc, self.use_x_values = func, dfunc, use_x_values


sigmoid = ActivationFunction(lambda x: 1 / (1 + np.exp(-x)), lambda y: y * (1 - y))
tanh = ActivationFunction(np.tanh, lambda y: 1 - y * y)
arctan = ActivationFunction(np.arctan, lambda x: 1 / (x * x + 1), True)
softsign = ActivationFunction(lambda x: x / 1 + np.abs(x), lambda x: 1 / (1 + np.abs(x)) ** 2, True)
softplus = ActivationFunction(lambda x: np.log1p(np.exp(x)), lambda x: 1 / (1 + np.exp(-x)), True)
relu = ActivationFunction(lambda x: np.where(x < 0, 0, x), lambda y: np.where(y < 0, 0, 1))


class NeuralNetwork:
    def __init__(self, input_nodes, hidden_nodes, output_nodes, seed=0):
        rng = np.random.default_rng(seed)
        self.weights_ih = rng.uniform(-1, 1, size=(hidden_nodes, input_nodes))
        self.weights_ho = rng.uniform(-1, 1, size=(output_nodes, hidden_nodes))
        self.bias_h = rng.uniform(-1, 1, size=(hidden_nodes, 1))
        self.bias_o = rng.uniform(-1, 1, size=(output_nodes, 1))
        self.learning_rate = 0.1
        self.activation_function = sigmoid

    def set_activation_function(self, func=sigmoid):
        self.activation_function = func

    def slope(self, x, y):
        f = self.activation_function
        return f.dfunc(x if f.use_x_values else y)

    def train(self, input_array, target_array):
        inputs, targets = np.reshape(input_array, (-1, 1)), np.reshape(target_array, (-1, 1))
        hidden_x = self.weights_ih @ inputs + self.bias_h
        hidden = self.activation_function.func(hidden_x)
        outputs_x = self.weights_ho @ hidden + self.bias_o
        outputs = self.activation_function.func(outputs_x)

        output_errors = targets - outputs
        gradients = self.slope(outputs_x, outputs) * output_errors * self.learning_rate
        hidden_errors = self.weights_ho.T @ (output_errors * self.slope(outputs_x, outputs))
        hidden_gradient = self.slope(hidden_x, hidden) * hidden_errors * self.learning_rate

        self.weights_ho += gradients @ hidden.T
        self.bias_o += gradients
        self.weights_ih += hidden_gradient @ inputs.T
        self.bias_h += hidden_gradient
        return float(np.sum(output_errors**2))


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    training_data = [([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]
    for func in (sigmoid, tanh, arctan, softsign):
        nn = NeuralNetwork(2, 4, 1)
        nn.set_activation_function(func)
        for i in range(400):
            inputs, targets = training_data[rng.integers(4)]
            error = nn.train(inputs, targets)
        print(error)
