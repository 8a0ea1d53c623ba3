"""Small networks with calm weights, letters to read, and training letters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.letters import LetterSet
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from tests.modelfile.making import model


def calm(hidden: tuple[int, ...] = (16,), norm_size: tuple[int, int] = (20, 16), **facts: Any) -> Model:
    """A network that is not too sure of itself."""
    m = model(hidden, norm_size, **facts)
    weights = tuple((weight / np.sqrt(weight.shape[1])).astype(np.float32) for weight in m.weights)
    return replace(m, weights=weights)


def recognizer(hidden: tuple[int, ...] = (16,), **facts: Any) -> Recognizer:
    return Recognizer(calm(hidden, **facts))


def training_letters(m: Model, count: int = 20) -> LetterSet:
    images = np.random.default_rng(5).integers(0, 256, (count, *m.norm_size)).astype(np.uint8)
    names = tuple(f"{number:02d}.png" for number in range(count))
    return LetterSet(images, np.arange(count) % len(m.classes), m.classes, names)
