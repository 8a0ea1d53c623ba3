import math


class Sigmoid:
    @staticmethod
    def function(x):
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

    @staticmethod
    def derivative(x):
        s = Sigmoid.function(x)
        return s * (1 - s)


class Tanh:
    @staticmethod
    def function(x):
        return math.tanh(x)

    @staticmethod
    def derivative(x):
        return 1 - math.tanh(x) ** 2
