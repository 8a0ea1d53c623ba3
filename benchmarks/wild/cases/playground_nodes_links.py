"""Nodes and links of a network for the browser, with derivatives kept on them."""

import math
import random


class Errors:
    @staticmethod
    def error(output, target):
        return 0.5 * (output - target) ** 2

    @staticmethod
    def der(output, target):
        return output - target


class Tanh:
    output = staticmethod(math.tanh)

    @staticmethod
    def der(x):
        return 1 - math.tanh(x) ** 2


class Relu:
    @staticmethod
    def output(x):
        return max(0, x)

    @staticmethod
    def der(x):
        return 0 if x < 0 else 1


class Link:
    def __init__(self, source, dest):
        self.source, self.dest = source, dest
        self.weight = random.random() - 0.5
        self.error_der = 0.0
        self.acc_error_der = 0.0
        self.num_accumulated_ders = 0


class Node:
    def __init__(self, activation):
        self.activation = activation
        self.bias = 0.1
        self.input_links, self.outputs = [], []
        self.acc_input_der = 0.0
        self.num_accumulated_ders = 0

    def update_output(self):
        self.total_input = self.bias
        for link in self.input_links:
            self.total_input += link.weight * link.source.output
        self.output = self.activation.output(self.total_input)
        return self.output


def build_network(shape, activation, output_activation):
    network = []
    for k, num_nodes in enumerate(shape):
        network.append(
            [Node(output_activation if k == len(shape) - 1 else activation) for _ in range(num_nodes)]
        )
        if k > 0:
            for node in network[k]:
                for prev_node in network[k - 1]:
                    link = Link(prev_node, node)
                    prev_node.outputs.append(link)
                    node.input_links.append(link)
    return network


def forward_prop(network, inputs):
    for node, value in zip(network[0], inputs):
        node.output = value
    for layer in network[1:]:
        for node in layer:
            node.update_output()
    return network[-1][0].output


def back_prop(network, target):
    output_node = network[-1][0]
    output_node.output_der = Errors.der(output_node.output, target)
    for k in range(len(network) - 1, 0, -1):
        for node in network[k]:
            node.input_der = node.output_der * node.activation.der(node.total_input)
            node.acc_input_der += node.input_der
            node.num_accumulated_ders += 1
            for link in node.input_links:
                link.error_der = node.input_der * link.source.output
                link.acc_error_der += link.error_der
                link.num_accumulated_ders += 1
        if k > 1:
            for node in network[k - 1]:
                node.output_der = sum(output.weight * output.dest.input_der for output in node.outputs)


def update_weights(network, learning_rate):
    for layer in network[1:]:
        for node in layer:
            if node.num_accumulated_ders > 0:
                node.bias -= learning_rate * node.acc_input_der / node.num_accumulated_ders
                node.acc_input_der, node.num_accumulated_ders = 0.0, 0
            for link in node.input_links:
                if link.num_accumulated_ders > 0:
                    link.weight -= learning_rate / link.num_accumulated_ders * link.acc_error_der
                    link.acc_error_der, link.num_accumulated_ders = 0.0, 0


if __name__ == "__main__":
    random.seed(4)
    network = build_network([2, 4, 1], Relu, Tanh)
    for _ in range(300):
        for _ in range(10):
            x, y = random.uniform(-1, 1), random.uniform(-1, 1)
            forward_prop(network, [x, y])
            back_prop(network, 1 if x * y > 0 else -1)
        update_weights(network, 0.3)
    print(forward_prop(network, [0.5, 0.5]), forward_prop(network, [-0.5, 0.5]))
