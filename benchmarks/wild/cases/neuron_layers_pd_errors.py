"""pd_ is a partial derivative, wrt with respect to; ih is input to hidden, ho hidden to output."""

import math
import random


class Neuron:
    def __init__(self, bias):
        self.bias = bias
        self.weights = []

    def calculate_output(self, inputs):
        self.inputs = inputs
        self.output = self.squash(self.calculate_total_net_input())
        return self.output

    def calculate_total_net_input(self):
        return sum(x * w for x, w in zip(self.inputs, self.weights)) + self.bias

    def squash(self, total_net_input):
        # the logistic function
        return 0.5 * (1 + math.tanh(0.5 * total_net_input))

    def calculate_pd_error_wrt_total_net_input(self, target_output):
        return (
            self.calculate_pd_error_wrt_output(target_output) * self.calculate_pd_total_net_input_wrt_input()
        )

    def calculate_error(self, target_output):
        return 0.5 * (target_output - self.output) ** 2

    def calculate_pd_error_wrt_output(self, target_output):
        return -(target_output - self.output)

    def calculate_pd_total_net_input_wrt_input(self):
        return self.output * (1 - self.output)

    def calculate_pd_total_net_input_wrt_weight(self, index):
        return self.inputs[index]


class NeuronLayer:
    def __init__(self, num_neurons, bias):
        self.bias = bias if bias else random.random()
        self.neurons = [Neuron(self.bias) for _ in range(num_neurons)]

    def feed_forward(self, inputs):
        return [neuron.calculate_output(inputs) for neuron in self.neurons]


class NeuralNetwork:
    LEARNING_RATE = 0.5

    def __init__(self, num_inputs, num_hidden, num_outputs, hidden_layer_bias=None, output_layer_bias=None):
        self.hidden_layer = NeuronLayer(num_hidden, hidden_layer_bias)
        self.output_layer = NeuronLayer(num_outputs, output_layer_bias)
        for neuron in self.hidden_layer.neurons:
            neuron.weights = [random.random() for _ in range(num_inputs)]
        for neuron in self.output_layer.neurons:
            neuron.weights = [random.random() for _ in range(num_hidden)]

    def feed_forward(self, inputs):
        return self.output_layer.feed_forward(self.hidden_layer.feed_forward(inputs))

    def train(self, training_inputs, training_outputs):
        self.feed_forward(training_inputs)

        # 1. output neuron deltas
        pd_errors_wrt_output_neuron_total_net_input = [
            neuron.calculate_pd_error_wrt_total_net_input(training_outputs[o])
            for o, neuron in enumerate(self.output_layer.neurons)
        ]

        # 2. hidden neuron deltas
        pd_errors_wrt_hidden_neuron_total_net_input = [0] * len(self.hidden_layer.neurons)
        for h in range(len(self.hidden_layer.neurons)):
            d_error_wrt_hidden_neuron_output = 0
            for o, neuron in enumerate(self.output_layer.neurons):
                d_error_wrt_hidden_neuron_output += (
                    pd_errors_wrt_output_neuron_total_net_input[o] * neuron.weights[h]
                )
            pd_errors_wrt_hidden_neuron_total_net_input[h] = (
                d_error_wrt_hidden_neuron_output
                * self.hidden_layer.neurons[h].calculate_pd_total_net_input_wrt_input()
            )

        # 3. and 4. the weights of both layers
        self.step(self.output_layer, pd_errors_wrt_output_neuron_total_net_input)
        self.step(self.hidden_layer, pd_errors_wrt_hidden_neuron_total_net_input)

    def step(self, layer, pd_errors):
        for neuron, pd_error in zip(layer.neurons, pd_errors):
            for w in range(len(neuron.weights)):
                pd_error_wrt_weight = pd_error * neuron.calculate_pd_total_net_input_wrt_weight(w)
                neuron.weights[w] -= self.LEARNING_RATE * pd_error_wrt_weight

    def calculate_total_error(self, training_sets):
        total_error = 0
        for inputs, outputs in training_sets:
            self.feed_forward(inputs)
            for o, output in enumerate(outputs):
                total_error += self.output_layer.neurons[o].calculate_error(output)
        return total_error


if __name__ == "__main__":
    random.seed(0)
    nn = NeuralNetwork(2, 2, 2, hidden_layer_bias=0.35, output_layer_bias=0.6)
    for i in range(500):
        nn.train([0.05, 0.1], [0.01, 0.99])
    print(i, round(nn.calculate_total_error([[[0.05, 0.1], [0.01, 0.99]]]), 9))
