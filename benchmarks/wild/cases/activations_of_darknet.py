"""Activations, and their gradients as the layers call them: with what the activation gave."""

import math


def linear_activate(x):
    return x


def logistic_activate(x):
    return 1.0 / (1.0 + math.exp(-x))


def relu_activate(x):
    return x * (x > 0)


def elu_activate(x):
    return (x >= 0) * x + (x < 0) * (math.exp(min(x, 0.0)) - 1)


def leaky_activate(x):
    return x if x > 0 else 0.1 * x


def tanh_activate(x):
    return (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)


def linear_gradient(x):
    return 1.0


def logistic_gradient(x):
    return (1 - x) * x


def relu_gradient(x):
    return float(x > 0)


def elu_gradient(x):
    return (x >= 0) + (x < 0) * (x + 1)


def leaky_gradient(x):
    return 1.0 if x > 0 else 0.1


def tanh_gradient(x):
    return 1 - x * x


ACTIVATIONS = ["linear", "logistic", "relu", "elu", "leaky", "tanh"]


def activate(x, a):
    return globals()[a + "_activate"](x)


def gradient(x, a):
    return globals()[a + "_gradient"](x)


def activate_array(x, a):
    return [activate(each, a) for each in x]


def gradient_array(x, a, delta):
    """x is the output of the layer."""
    return [d * gradient(each, a) for each, d in zip(x, delta)]
