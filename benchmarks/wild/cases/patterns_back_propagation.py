"""Back-propagation for patterns, with lists as matrices and momentum."""

import math
import random

random.seed(0)


def rand(a, b):
    return (b - a) * random.random() + a


def make_matrix(m, n, fill=0.0):
    return [[fill] * n for _ in range(m)]


def sigmoid(x):
    return math.tanh(x)


# in terms of what sigmoid gives
def dsigmoid(y):
    return 1.0 - y**2


class NN:
    def __init__(self, ni, nh, no):
        self.ni, self.nh, self.no = ni + 1, nh, no  # one more for the bias
        self.ai, self.ah, self.ao = [1.0] * self.ni, [1.0] * self.nh, [1.0] * self.no
        self.wi = [[rand(-0.2, 0.2) for _ in range(self.nh)] for _ in range(self.ni)]
        self.wo = [[rand(-2.0, 2.0) for _ in range(self.no)] for _ in range(self.nh)]
        self.ci, self.co = make_matrix(self.ni, self.nh), make_matrix(self.nh, self.no)

    def update(self, inputs):
        for i in range(self.ni - 1):
            self.ai[i] = inputs[i]
        for j in range(self.nh):
            self.ah[j] = sigmoid(sum(self.ai[i] * self.wi[i][j] for i in range(self.ni)))
        for k in range(self.no):
            self.ao[k] = sigmoid(sum(self.ah[j] * self.wo[j][k] for j in range(self.nh)))
        return self.ao[:]

    def error(self, targets):
        return sum(0.5 * (targets[k] - self.ao[k]) ** 2 for k in range(len(targets)))

    def back_propagate(self, targets, N, M):
        """N: learning rate, M: momentum."""
        output_deltas = [0.0] * self.no
        for k in range(self.no):
            error = targets[k] - self.ao[k]
            output_deltas[k] = dsigmoid(self.ao[k]) * error

        hidden_deltas = [0.0] * self.nh
        for j in range(self.nh):
            error = 0.0
            for k in range(self.no):
                error += output_deltas[k] * self.wo[j][k]
            hidden_deltas[j] = dsigmoid(self.ah[j]) * error

        for j in range(self.nh):
            for k in range(self.no):
                change = output_deltas[k] * self.ah[j]
                self.wo[j][k] += N * change + M * self.co[j][k]
                self.co[j][k] = change
        for i in range(self.ni):
            for j in range(self.nh):
                change = hidden_deltas[j] * self.ai[i]
                self.wi[i][j] += N * change + M * self.ci[i][j]
                self.ci[i][j] = change
        return self.error(targets)

    def train(self, patterns, iterations=1000, N=0.5, M=0.1):
        for i in range(iterations):
            error = 0.0
            for inputs, targets in patterns:
                self.update(inputs)
                error += self.back_propagate(targets, N, M)
            if i % 100 == 0:
                print(f"error {error:-.5f}")


if __name__ == "__main__":
    pat = [[[0, 0], [0]], [[0, 1], [1]], [[1, 0], [1]], [[1, 1], [0]]]
    n = NN(2, 2, 1)
    n.train(pat)
    for p in pat:
        print(p[0], "->", n.update(p[0]))
