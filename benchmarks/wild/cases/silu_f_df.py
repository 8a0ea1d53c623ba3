"""SiLU and its derivative in exponentials."""

import numpy as np


def silu(x):
    # x / (1 + e^-x)
    return x / (1 + np.exp(-x))


def silu_df(x):
    # (1 + e^-x + x * e^-x) / (1 + e^-x)^2
    exp_nx = np.exp(-x)
    return 1 + exp_nx + x * exp_nx / (1 + exp_nx) ** 2
