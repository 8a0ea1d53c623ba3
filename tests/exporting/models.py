"""Models with random weights, whose answers are far from certain."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from charmlp.config import View
from charmlp.modelfile import Model


def make_model(
    act_type: str = "relu",
    hidden: tuple[int, ...] = (20,),
    *,
    norm_size: tuple[int, int] = (16, 16),
    preprocessing: str = "scale",
    crop: str = "none",
    classes: str = "ABCDEFGHIJ",
    seed: int = 0,
) -> Model:
    generator = np.random.default_rng(seed)
    sizes = (norm_size[0] * norm_size[1], *hidden, len(classes))
    weights = tuple(
        (generator.normal(size=(out, into)) * 2 / np.sqrt(into)).astype(np.float32)
        for into, out in pairwise(sizes)
    )
    biases = tuple(generator.normal(0, 0.1, out).astype(np.float32) for out in sizes[1:])
    return Model(
        tuple(classes), norm_size, preprocessing, act_type, weights, biases, view=View(crop), temperature=1.3
    )
