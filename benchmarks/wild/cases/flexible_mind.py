import math
import random


def dot(a, b):
    return [[sum(x * y for x, y in zip(row, col)) for col in zip(*b)] for row in a]


def transpose(a):
    return [list(row) for row in zip(*a)]


def ewise(f, *matrices):
    return [[f(*items) for items in zip(*rows)] for rows in zip(*matrices)]


class Mind:
    """
    input -> hidden layers -> output, all of them sigmoids

        m = Mind(hidden_layers=2)
        m.learn([[[0, 1], [1]], [[1, 1], [0]]])
    """

    def __init__(self, hidden_layers=1, hidden_units=3, iterations=50, learning_rate=0.7):
        self.hidden_layers, self.hidden_units = hidden_layers, hidden_units
        self.iterations, self.learning_rate = iterations, learning_rate

    @staticmethod
    def activate(x):
        return 1 / (1 + math.exp(-x))

    def learn(self, examples):
        inputs = [list(map(float, e[0])) for e in examples]
        outputs = [list(map(float, e[1])) for e in examples]
        self.set_up(len(inputs[0]), len(outputs[0]))
        for i in range(self.iterations):
            results = self.forward(inputs)
            for w, c in zip(self.weights, self.back(inputs, outputs, results)):
                w[:] = ewise(lambda x, y: x + self.learning_rate * y, w, c)
        return self

    def set_up(self, n_in, n_out):
        sizes = [n_in] + [self.hidden_units] * self.hidden_layers + [n_out]
        self.weights = [
            [[random.gauss(0, 1) for _ in range(b)] for _ in range(a)] for a, b in zip(sizes, sizes[1:])
        ]

    def forward(self, inputs):
        results = []
        for w in self.weights:
            inputs = ewise(self.activate, dot(inputs, w))
            results.append(inputs)
        return results

    def back(self, inputs, outputs, results):
        """Changes of the weights, from the last ones"""
        hidden_layers = self.hidden_layers
        changes = [None] * len(self.weights)

        # output > hidden
        delta = ewise(lambda t, o: (t - o) * o * (1 - o), outputs, results[-1])
        changes[-1] = dot(transpose(results[0]), delta)

        # hidden > hidden
        for i in range(hidden_layers - 1, 0, -1):
            back = dot(delta, transpose(self.weights[i + 1]))
            delta = ewise(lambda e, h: e * h * (1 - h), back, results[i])
            changes[i] = dot(transpose(results[i - 1]), delta)

        # hidden > input
        back = dot(delta, transpose(self.weights[1]))
        delta = ewise(lambda e, h: e * h * (1 - h), back, results[0])
        changes[0] = dot(transpose(inputs), delta)
        return changes

    def predict(self, inputs):
        return self.forward([inputs])[-1][0]


if __name__ == "__main__":
    random.seed(2)
    xor = [[[0, 0], [0]], [[0, 1], [1]], [[1, 0], [1]], [[1, 1], [0]]]
    mind = Mind(hidden_layers=2, iterations=200).learn(xor)
    print([mind.predict(e[0]) for e in xor])
