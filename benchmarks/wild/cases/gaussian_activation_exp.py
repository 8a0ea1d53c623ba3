import math


def gaussian(x):
    return math.exp(-x * x)


def gaussian_derivative(x):
    return -2.0 * x * math.exp(-x * x)
