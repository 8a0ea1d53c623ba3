import math
import random


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


class Parity:
    """A perceptron of two layers for the parity of its binary inputs."""

    def __init__(self, inputs=4, hidden=4):
        self.to_hidden = [[random.uniform(-1, 1) for _ in range(inputs)] for _ in range(hidden)]
        self.to_output = [random.uniform(-1, 1) for _ in range(hidden)]
        self.bias = 1.0

    def feed_forward(self, pattern):
        self.hidden = []
        for weights in self.to_hidden:
            v = sum(w * x for w, x in zip(weights, pattern)) + self.bias
            self.hidden.append(sigmoid(v))
        v = sum(w * h for w, h in zip(self.to_output, self.hidden)) + self.bias
        self.output = sigmoid(v)
        return self.output

    def squared_error(self, pattern, desired):
        return 0.5 * (desired - self.feed_forward(pattern)) ** 2

    def train(self, pattern, desired, rate=0.1):
        self.feed_forward(pattern)
        # backpropagation of the output layer
        error = desired - self.output
        output_delta = error * self.output * (1 - self.output)
        # backpropagation of the hidden layer
        hidden_delta = []
        for h, value in enumerate(self.hidden):
            error = output_delta * self.to_output[h]
            hidden_delta.append(error * value * (1 - value))
        # update of the weights
        for h, value in enumerate(self.hidden):
            self.to_output[h] = rate * output_delta * value
        for h, delta in enumerate(hidden_delta):
            for i, x in enumerate(pattern):
                self.to_hidden[h][i] = rate * delta * x


if __name__ == "__main__":
    net = Parity()
    patterns = [[n >> k & 1 for k in range(4)] for n in range(16)]
    for epoch in range(20):
        for pattern in patterns:
            net.train(pattern, sum(pattern) % 2)
    print([round(net.feed_forward(pattern), 2) for pattern in patterns])
