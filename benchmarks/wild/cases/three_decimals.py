import math
import random


def round_three_decimals(value):
    return round(value * 1000) / 1000


class Sigmoid:
    def get_output(self, net):
        return 1 / (1 + math.exp(-net))

    def get_derivative(self, net):
        y = self.get_output(net)
        return y * (1 - y)


class Neuron:
    def __init__(self, inputs):
        self.weights = [random.uniform(-0.5, 0.5) for _ in range(inputs)]
        self.transfer_function = Sigmoid()
        self.delta = 0.0

    def calculate(self, values):
        self.values = values
        self.net_input = sum(w * v for w, v in zip(self.weights, values))
        return self.transfer_function.get_output(self.net_input)


class BackPropagation:
    def __init__(self, inputs, hidden, learning_rate=0.3):
        self.hidden = [Neuron(inputs) for _ in range(hidden)]
        self.output = Neuron(hidden)
        self.learning_rate = learning_rate

    def calculate(self, values):
        return self.output.calculate([neuron.calculate(values) for neuron in self.hidden])

    def total_error(self, values, desired):
        return 0.5 * (desired - self.calculate(values)) ** 2

    def calculate_deltas(self, values, desired):
        error = self.calculate(values) - desired
        derivative = self.output.transfer_function.get_derivative(self.output.net_input)
        self.output.delta = round_three_decimals(error * derivative)
        for j, neuron in enumerate(self.hidden):
            factor = self.output.delta * self.output.weights[j]
            derivative = neuron.transfer_function.get_derivative(neuron.net_input)
            neuron.delta = round_three_decimals(factor * derivative)

    def gradients(self, values, desired):
        self.calculate_deltas(values, desired)
        return [[n.delta * v for v in n.values] for n in [*self.hidden, self.output]]

    def learn(self, values, desired):
        for neuron, gradient in zip([*self.hidden, self.output], self.gradients(values, desired)):
            neuron.weights = [w - self.learning_rate * g for w, g in zip(neuron.weights, gradient)]


if __name__ == "__main__":
    net = BackPropagation(3, 2)
    table = [([0, 0, 1], 0), ([0, 1, 1], 1), ([1, 0, 1], 1), ([1, 1, 1], 0)]
    for _ in range(300):
        for values, desired in table:
            net.learn(values, desired)
    print([round(net.calculate(values), 2) for values, _ in table])
