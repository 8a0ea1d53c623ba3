import math
import random


def sigmoid(total):
    return 1.0 / (1.0 + math.exp(-total))


def diff_sigmoid(score):
    return score * (1.0 - score)


class Unit:
    def __init__(self, length, lr=0.5):
        self.length = length
        self.weight = [random.uniform(-0.2, 0.2) for _ in range(length)]
        self.lr = lr

    def calc(self, sample):
        self.sample = sample[:]
        self.output = sigmoid(sum(s * w for s, w in zip(self.sample, self.weight)))
        return self.output

    def update(self, delta):
        self.weight = [w - self.lr * delta * s for w, s in zip(self.weight, self.sample)]


class Layer:
    def __init__(self, input_length, output_length):
        self.units = [Unit(input_length) for _ in range(output_length)]
        self.ilen = input_length

    def calc(self, sample):
        self.output = [unit.calc(sample) for unit in self.units]
        return self.output[:]

    def update(self, deltas):
        for unit, delta in zip(self.units, deltas):
            unit.update(delta)

    def get_error(self, deltas):
        def _error(deltas, j):
            return sum(delta * unit.weight[j] for delta, unit in zip(deltas, self.units))

        return [_error(deltas, j) for j in range(self.ilen)]


class BPNNet:
    def __init__(self, ni, nh, no):
        self.ni = ni + 1  # one more for the bias
        self.hlayer = Layer(self.ni, nh)
        self.olayer = Layer(nh, no)

    def calc(self, inputs):
        self.ai = [*inputs, 1.0]
        self.ah = self.hlayer.calc(self.ai)
        self.ao = self.olayer.calc(self.ah)
        return self.ao[:]

    def square_sum(self, inputs, targets):
        return sum(0.5 * (t - o) ** 2 for t, o in zip(targets, self.calc(inputs)))

    def update(self, targets):
        output_deltas = [diff_sigmoid(ao) * (ao - target) for target, ao in zip(targets, self.ao)]
        errors = self.olayer.get_error(output_deltas)
        hidden_deltas = [diff_sigmoid(ah) * error for ah, error in zip(self.ah, errors)]
        self.hlayer.update(hidden_deltas)
        self.olayer.update(output_deltas)

    def train(self, patterns, iterations=200):
        for _ in range(iterations):
            for inputs, targets in patterns:
                self.calc(inputs)
                self.update(targets)


if __name__ == "__main__":
    random.seed(0)
    pat = [([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]
    n = BPNNet(2, 3, 1)
    n.train(pat)
    print([n.calc(inputs) for inputs, _ in pat])
