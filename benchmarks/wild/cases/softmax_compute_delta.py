import numpy as np


class Logistic:
    def compute(self, incoming):
        return 1 / (1 + np.exp(-incoming))

    def delta(self, incoming, outgoing):
        return outgoing * (1 - outgoing)


class SoftMax:
    """For the output layer; delta is the derivative of what compute returned."""

    def compute(self, incoming):
        exps = np.exp(incoming - incoming.max())
        return exps / exps.sum()

    def delta(self, incoming, outgoing):
        exps = np.exp(incoming - incoming.max())
        others = exps.sum() - exps
        return 1 / (2 + exps / others + others / exps)


class Layer:
    def __init__(self, activation, n_in, n_out):
        self.activation = activation
        self.weights = np.random.normal(0, 0.3, (n_out, n_in))

    def feed(self, x):
        self.x = x
        self.incoming = self.weights @ x
        self.outgoing = self.activation.compute(self.incoming)
        return self.outgoing

    def back(self, error):
        delta = error * self.activation.delta(self.incoming, self.outgoing)
        self.gradient = np.outer(delta, self.x)
        return self.weights.T @ delta
