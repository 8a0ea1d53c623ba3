import numpy as np


class BipolarSigmoid:
    def __init__(self, alpha=2.0):
        self.alpha = alpha

    def function(self, x):
        return 2 / (1 + np.exp(-self.alpha * x)) - 1

    def derivative2(self, y):
        """By the output."""
        return self.alpha * (1 - y * y) / 2


class ActivationLayer:
    def __init__(self, inputs, neurons, function):
        self.weights = np.random.uniform(0, 1, (neurons, inputs))
        self.thresholds = np.random.uniform(0, 1, neurons)
        self.function = function

    def compute(self, values):
        self.input = values
        self.output = self.function.function(self.weights @ values + self.thresholds)
        return self.output


class BackPropagationLearning:
    def __init__(self, layers, learning_rate=0.1):
        self.layers = layers
        self.learning_rate = learning_rate
        self.neuron_errors = [np.zeros(len(layer.thresholds)) for layer in layers]

    def compute(self, values):
        for layer in self.layers:
            values = layer.compute(values)
        return values

    def network_error(self, values, desired):
        return 0.5 * np.sum((desired - self.compute(values)) ** 2)

    def calculate_error(self, desired):
        last = len(self.layers) - 1
        # calculate error values for the last layer first
        layer = self.layers[last]
        errors = self.neuron_errors[last]
        for i in range(len(errors)):
            output = layer.output[i]
            e = desired[i] - output
            errors[i] = e * layer.function.derivative2(output)
        # calculate error values for the other layers
        for j in range(last - 1, -1, -1):
            layer, layer_next = self.layers[j], self.layers[j + 1]
            errors, errors_next = self.neuron_errors[j], self.neuron_errors[j + 1]
            for i in range(len(errors)):
                total = 0.0
                for k in range(len(errors_next)):
                    total += errors_next[k] * layer_next.weights[k, i]
                errors[i] = total * layer.function.derivative2(layer.output[i])

    def calculate_updates(self):
        return [(np.outer(e, layer.input), e.copy()) for e, layer in zip(self.neuron_errors, self.layers)]

    def run(self, values, desired):
        self.compute(values)
        self.calculate_error(desired)
        for layer, (weights, thresholds) in zip(self.layers, self.calculate_updates()):
            layer.weights += self.learning_rate * weights
            layer.thresholds += self.learning_rate * thresholds


if __name__ == "__main__":
    np.random.seed(0)
    f = BipolarSigmoid()
    teacher = BackPropagationLearning([ActivationLayer(2, 2, f), ActivationLayer(2, 1, f)])
    table = [([-1, -1], [-1]), ([-1, 1], [1]), ([1, -1], [1]), ([1, 1], [-1])]
    for _ in range(200):
        for values, desired in table:
            teacher.run(np.array(values, float), np.array(desired, float))
    print(sum(teacher.network_error(np.array(v, float), np.array(d)) for v, d in table))
