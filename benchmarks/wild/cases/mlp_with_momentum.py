import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dsigmoid(y):
    return y * (1.0 - y)


class MLP:
    def __init__(self, ni, nh, no, seed=0):
        rng = np.random.default_rng(seed)
        self.ni, self.nh, self.no = ni + 1, nh, no
        self.ai, self.ah, self.ao = np.ones(self.ni), np.ones(self.nh), np.ones(self.no)
        self.wi = rng.uniform(-0.2, 0.2, size=(self.ni, self.nh))
        self.wo = rng.uniform(-2.0, 2.0, size=(self.nh, self.no))
        self.ci, self.co = np.zeros((self.ni, self.nh)), np.zeros((self.nh, self.no))

    def activate(self, inputs):
        for i in range(self.ni - 1):
            self.ai[i] = inputs[i]
        for j in range(self.nh):
            self.ah[j] = sigmoid(sum(self.ai[i] * self.wi[i][j] for i in range(self.ni)))
        for k in range(self.no):
            self.ao[k] = sigmoid(sum(self.ah[j] * self.wo[j][k] for j in range(self.nh)))
        return self.ao.copy()

    def backPropagate(self, targets, N, M):
        output_deltas = np.zeros(self.no)
        for k in range(self.no):
            error = targets[k] - self.ao[k]
            output_deltas[k] = error * dsigmoid(self.ao[k])

        hidden_deltas = np.zeros(self.nh)
        for j in range(self.nh):
            error = 0.0
            for k in range(self.no):
                error += output_deltas[k] * self.wo[j][k]
            hidden_deltas[j] = error * dsigmoid(self.ah[j])

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

    def error(self, targets):
        return sum(0.5 * (targets[k] - self.ao[k]) ** 2 for k in range(self.no))

    def train(self, patterns, iterations=200, N=0.5, M=0.1):
        for i in range(iterations):
            error = 0.0
            for p, t in patterns:
                self.activate(p)
                error += self.backPropagate(t, N, M)
            if i % 100 == 0:
                print("error in iteration", i, error)


if __name__ == "__main__":
    net = MLP(2, 2, 1)
    net.train([([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])])
