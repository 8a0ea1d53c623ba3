import math


def sigma(x):
    return 1.0 / (1.0 + math.exp(-x))


def d_sigma(x):
    s = sigma(x)
    return s * (s - 1.0)
