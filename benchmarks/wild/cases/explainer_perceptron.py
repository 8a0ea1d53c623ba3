import random


class Perceptron:
    """A unit with a step, trained by the perceptron rule, one sample after the other."""

    def __init__(self, n_features, learning_rate=0.1):
        self.weights = [0.0] * n_features
        self.bias = 0.0
        self.learning_rate = learning_rate

    def score(self, x):
        total = 0.0
        for w, value in zip(self.weights, x):
            total += w * value
        return total + self.bias

    def predict(self, x):
        return 1 if self.score(x) > 0 else 0

    def loss(self, xs, ys):
        return sum((self.predict(x) - y) * self.score(x) for x, y in zip(xs, ys))

    def fit(self, xs, ys):
        """One pass over the samples."""
        for x, y in zip(xs, ys):
            difference = y - self.predict(x)
            if difference == 0:
                continue
            for i in range(len(x)):
                self.weights[i] += self.learning_rate * difference * x[i]
                self.bias += self.learning_rate * difference

    def accuracy(self, xs, ys):
        return sum(self.predict(x) == y for x, y in zip(xs, ys)) / len(xs)


if __name__ == "__main__":
    rng = random.Random(5)
    xs = [[rng.gauss(0, 1) for _ in range(4)] for _ in range(80)]
    ys = [1 if 2 * x[0] - x[1] + 0.5 * x[3] > 0.8 else 0 for x in xs]
    explainer = Perceptron(4)
    best = 0.0
    for _ in range(30):
        explainer.fit(xs, ys)
        best = max(best, explainer.accuracy(xs, ys))
    print(best, explainer.loss(xs, ys))
    print(explainer.weights, explainer.bias)
