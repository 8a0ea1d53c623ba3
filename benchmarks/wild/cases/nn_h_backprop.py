import math
import random


def actf(x):
    return 1 / (1 + math.exp(-x))


def dactf(y):
    return y * (1 - y)


def vector(n):
    return [random.random() for _ in range(n)]


class NN:
    """arch: the sizes of the layers; ws[l][j][k] leads from neuron j of layer l to neuron k of the next."""

    def __init__(self, arch):
        self.arch = arch
        self.ws = [[vector(m) for _ in range(n)] for n, m in zip(arch, arch[1:])]
        self.bs = [vector(m) for m in arch[1:]]

    def forward(self, x):
        self.acts = [x]
        for w, b in zip(self.ws, self.bs):
            a = self.acts[-1]
            sums = [sum(a[j] * w[j][k] for j in range(len(a))) + b[k] for k in range(len(b))]
            self.acts.append([actf(s) for s in sums])
        return self.acts[-1]

    def cost(self, xs, ys):
        total = 0.0
        for x, y in zip(xs, ys):
            total += sum((o - t) ** 2 for o, t in zip(self.forward(x), y))
        return total / len(xs)

    def backprop(self, xs, ys):
        n = len(xs)
        gws = [[[0.0] * len(row) for row in w] for w in self.ws]
        gbs = [[0.0] * len(b) for b in self.bs]
        for x, y in zip(xs, ys):
            da = [2 * (o - t) for o, t in zip(self.forward(x), y)]
            for layer in reversed(range(len(self.ws))):
                previous = self.acts[layer]
                dp = [0.0] * len(previous)
                for k, a in enumerate(self.acts[layer + 1]):
                    qa = dactf(a)
                    gbs[layer][k] += da[k] * qa / n
                    for j, pa in enumerate(previous):
                        gws[layer][j][k] += da[k] * qa * pa / n
                        dp[j] += da[k] * qa * self.ws[layer][j][k]
                da = dp
        return gws, gbs

    def learn(self, gradients, rate):
        gws, gbs = gradients
        for w, b, gw, gb in zip(self.ws, self.bs, gws, gbs):
            for j, row in enumerate(gw):
                for k, slope in enumerate(row):
                    w[j][k] -= rate * slope
            for k, slope in enumerate(gb):
                b[k] -= rate * slope
