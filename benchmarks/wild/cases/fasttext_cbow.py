import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class Model:
    """Input vectors wi_ of words and n-grams, output vectors wo_ of words."""

    def __init__(self, n_inputs, n_words, dim, seed=0):
        rng = np.random.default_rng(seed)
        self.wi_ = rng.uniform(-1, 1, (n_inputs, dim)) / dim
        self.wo_ = np.zeros((n_words, dim))

    def compute_hidden(self, input):
        hidden = np.zeros(self.wi_.shape[1])
        for it in input:
            hidden += self.wi_[it]
        return hidden / len(input)

    def binary_logistic(self, target, label, lr, update):
        score = sigmoid(self.wo_[target] @ self.hidden)
        if update:
            alpha = lr * (float(label) - score)
            self.grad_ += alpha * self.wo_[target]
            self.wo_[target] += alpha * self.hidden
        return -np.log(score) if label else -np.log(1.0 - score)

    def negative_sampling(self, target, negatives, lr, update=True):
        loss = self.binary_logistic(target, True, lr, update)
        for n in negatives:
            loss += self.binary_logistic(n, False, lr, update)
        return loss

    def loss(self, input, target, negatives):
        self.hidden = self.compute_hidden(input)
        return self.negative_sampling(target, negatives, 0.0, update=False)

    def update(self, input, target, negatives, lr):
        self.hidden = self.compute_hidden(input)
        self.grad_ = np.zeros_like(self.hidden)
        loss = self.negative_sampling(target, negatives, lr)
        for it in input:
            self.wi_[it] += self.grad_
        return loss


def cbow(model, line, ws, lr, rng):
    for w in range(len(line)):
        bow = [line[c] for c in range(max(0, w - ws), min(len(line), w + ws + 1)) if c != w]
        negatives = [n for n in rng.integers(0, len(model.wo_), 3) if n != line[w]]
        model.update(bow, line[w], negatives, lr)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    model = Model(6, 6, 4)
    for epoch in range(30):
        cbow(model, [0, 1, 2, 3, 4, 5, 0, 1, 2], 2, 0.1, rng)
    print(model.loss([0, 2], 1, [4]))
