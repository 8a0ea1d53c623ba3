"""The weights that an estimator begins with: scikit-learn's, so that equal settings learn alike."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from charmlp.training.steps.parameters import Parameters


def start(sizes: Sequence[int], act_type: str, rng: Generator, dtype: DTypeLike) -> Parameters:
    """Weights and biases uniform in ±√(6/(D+K)), with sigmoid in ±√(2/(D+K)) (Glorot and Bengio 2010)."""
    parameters, factor = Parameters(sizes, dtype), 2 if act_type == "sigmoid" else 6
    for weight, bias in zip(parameters.weights, parameters.biases, strict=True):
        bound = np.sqrt(factor / sum(weight.shape))
        weight[...] = rng.uniform(-bound, bound, weight.shape)
        bias[...] = rng.uniform(-bound, bound, bias.shape)
    return parameters
