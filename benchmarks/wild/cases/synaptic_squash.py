import math


def logistic(x, derivate=False):
    fx = 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
    if not derivate:
        return fx
    return fx * (1 - fx)


def tanh(x, derivate=False):
    if derivate:
        return 1 - math.pow(math.tanh(x), 2)
    return math.tanh(x)


def identity(x, derivate=False):
    return 1 if derivate else x


def hlim(x, derivate=False):
    return 1 if derivate else float(x > 0)
