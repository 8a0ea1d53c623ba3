"""Data and weights for an object whose gradients are those of a loss."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import Place, weights
from charmlp.doctor.operation.numpy_code.layers.instances import is_weight_name


@dataclass(frozen=True)
class ObjectProblem:
    """An object with its weights, data, and what should come of them."""

    original: Any
    places: Sequence[Place]
    parameters: Sequence[Array]
    data: Array
    truth: Array
    sizes: Sizes


def random_parameters(original: Any, places: Sequence[Place], dtype: np.dtype) -> list[Array]:
    """Numbers for the weights that are large enough to matter, and leave probabilities away from 0."""
    generator = np.random.default_rng(6)
    shapes = [np.shape(place.get(original)) for place in places]
    scales = [0.6 / np.sqrt(min(shape)) if len(shape) == 2 and 1 not in shape else 0.3 for shape in shapes]
    if matrices := [i for i, shape in enumerate(shapes) if len(shape) == 2 and 1 not in shape]:
        scales[matrices[-1]] *= 0.4  # classes are about as probable: a constant in a logarithm shows less
    return [
        np.asarray(scale * random_numbers(shape, generator)).astype(dtype)
        for scale, shape in zip(scales, shapes, strict=True)
    ]


def given_weights(original: Any, weight: Array, bias: Any) -> list[Place]:
    """Weights for an object that has None where they are to be, or an array of no dimension."""
    for name, value in list(vars(original).items()):
        is_guess = isinstance(value, np.ndarray) and value.ndim == 0
        if (value is None or is_guess) and (is_weight_name(name) or is_weight_name(name.rstrip("s"))):
            is_bias = name.lower().strip("_").startswith("b")
            setattr(original, name, copy.copy(bias if is_bias else weight))
    return weights(original)
