"""Small nets for programs, and letters for them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from charmlp.exporting.pictures import scrawl
from charmlp.images import read_grey
from charmlp.modelfile import Model
from tests.exporting.models import make_model

CLASSES = ("A", "b", "字", '"\\', "*/?")
SIDES = (13, 11)


def net(
    hidden: tuple[int, ...] = (9, 7),
    act_type: str = "relu",
    preprocessing: str = "standardize",
    sides: tuple[int, int] = SIDES,
    crop: str = "none",
    seed: int = 1,
) -> Model:
    """A net with odd sizes, and names that a program must quote."""
    made = make_model(
        act_type, hidden, norm_size=sides, preprocessing=preprocessing, crop=crop, classes="ABCDE", seed=seed
    )
    return dataclasses.replace(made, classes=CLASSES)


def letters(count: int, sides: tuple[int, int] = SIDES, seed: int = 3) -> NDArray[np.uint8]:
    """Scrawls N×H×W."""
    generator = np.random.default_rng(seed)
    return np.stack([read_grey(scrawl(30, 24, generator), sides) for _ in range(count)])
