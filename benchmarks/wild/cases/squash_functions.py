import math


class Squash:
    @staticmethod
    def LOGISTIC(x, derivate=False):
        fx = 1 / (1 + math.exp(-x))
        if derivate:
            return fx * (1 - fx)
        return fx

    @staticmethod
    def TANH(x, derivate=False):
        if derivate:
            return 1 - math.tanh(x) ** 2
        return math.tanh(x)


class Neuron:
    def __init__(self, squash=Squash.LOGISTIC):
        self.squash = squash
        self.bias = 0.1
        self.weights = {}
        self.activation = 0.0

    def project(self, source, weight):
        self.weights[source] = weight

    def activate(self, value=None):
        if value is not None:
            self.activation = value
            self.derivative = 0.0
            return value
        state = self.bias + sum(w * source.activation for source, w in self.weights.items())
        self.activation = self.squash(state)
        self.derivative = self.squash(state, True)
        return self.activation


if __name__ == "__main__":
    a, b = Neuron(), Neuron(Squash.TANH)
    b.project(a, 0.7)
    a.activate(0.5)
    print(b.activate(), b.derivative)
