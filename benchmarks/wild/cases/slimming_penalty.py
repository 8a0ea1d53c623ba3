"""The sparsity term of network slimming: lambda times the absolute values of the scales gamma."""

import numpy as np

LAMBDA = 0.01


def penalty(gamma):
    return LAMBDA * np.abs(gamma)


def penalty_derivative(gamma):
    return LAMBDA * gamma * np.sign(gamma)
