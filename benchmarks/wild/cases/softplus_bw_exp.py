"""softplus with a slope and a threshold above which it is the identity, and what goes back through it."""

import numpy as np


def where(condition, a, b):
    return np.where(condition, a, b)


def softplus(x, beta=1.0, threshold=2000.0):
    """log(1 + exp(beta x)) / beta."""
    scaled = beta * x
    return where(scaled > threshold, x, np.logaddexp(0.0, scaled) / beta)


def softplus_bw(grad, x, beta=1.0, threshold=2000.0):
    mul_input_beta = beta * x
    exp_beta_self = np.exp(mul_input_beta)
    sub_result = mul_input_beta - threshold
    temp = grad * exp_beta_self * np.reciprocal(exp_beta_self + 1.0)
    return where(sub_result > 0, grad, temp)


def relu_bw(grad, x):
    return where(x > 0, grad, 0.0)


def relu(x):
    return np.maximum(x, 0.0)


if __name__ == "__main__":
    x = np.array([-85.0, 0.0, 1.5, 85.0])
    print(softplus(x))
    print(softplus_bw(np.full(4, 2.0), x))
