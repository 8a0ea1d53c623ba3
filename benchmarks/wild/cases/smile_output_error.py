import numpy as np


class NeuralNetwork:
    """For sums of squares the error is made small, for the cross-entropy the likelihood large.

    In both cases the weights are moved by + rate * error * input, so the errors have one sign.
    """

    def __init__(self, n_in, n_hidden, n_out, seed=0):
        rng = np.random.RandomState(seed)
        self.w1 = rng.uniform(-0.5, 0.5, (n_hidden, n_in))
        self.w2 = rng.uniform(-0.5, 0.5, (n_out, n_hidden))

    def propagate(self, x):
        self.x = x
        self.hidden = 1 / (1 + np.exp(-self.w1 @ x))
        self.output = 1 / (1 + np.exp(-self.w2 @ self.hidden))
        return self.output

    def log_likelihood(self, x, target):
        out = self.propagate(x)
        return np.sum(target * np.log(out) + (1 - target) * np.log(1 - out))

    def ascent_directions(self, x, target):
        self.propagate(x)
        output_error = target - self.output
        hidden_error = self.hidden * (1 - self.hidden) * (self.w2.T @ output_error)
        return np.outer(hidden_error, self.x), np.outer(output_error, self.hidden)

    def learn(self, x, target, rate=0.1):
        d1, d2 = self.ascent_directions(x, target)
        self.w1 += rate * d1
        self.w2 += rate * d2
