import numpy as np


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, dy):
        return dy * self.y * (1 - self.y)


class LogSigmoid:
    """log(1 / (1 + exp(-x)))"""

    def forward(self, x):
        self.x = x
        return np.log(1 / (1 + np.exp(-x)))

    def backward(self, dy):
        return dy / (np.exp(self.x) + 1)


class SoftPlus:
    """log(1 + exp(beta x)) / beta"""

    def __init__(self, beta=1.0):
        self.beta = beta

    def forward(self, x):
        self.x = x
        return np.log(1 + np.exp(self.beta * x)) / self.beta

    def backward(self, dy):
        return dy / (1 + np.exp(-self.beta * self.x))


class PairwiseRanker:
    """Scores that shall be higher for the first of two items."""

    def __init__(self, n_features):
        self.w = np.zeros(n_features)
        self.f = LogSigmoid()

    def loss(self, first, second):
        return -np.mean(self.f.forward((first - second) @ self.w))

    def step(self, first, second, lr=0.5):
        loss = self.loss(first, second)
        ds = self.f.backward(-np.ones(len(first)) / len(first))
        self.w -= lr * (first - second).T @ ds
        return loss


if __name__ == "__main__":
    rng = np.random.default_rng(313)
    truth = rng.normal(size=4)
    a, b = rng.normal(size=(60, 4)), rng.normal(size=(60, 4))
    better = ((a - b) @ truth > 0)[:, None]
    ranker = PairwiseRanker(4)
    for epoch in range(30):
        loss = ranker.step(np.where(better, a, b), np.where(better, b, a))
    print(loss)
