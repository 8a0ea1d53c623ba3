"""Colours that people who are colour-blind tell apart (`tests/drawing/test_colours.py` simulates it)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

BLACK, GREY, MIDDLE, LIGHT, WHITE = "#000000", "#6e6e6e", "#b0b0b0", "#e8e8e8", "#ffffff"
# Okabe and Ito 2008, "Color Universal Design"; yellow is left out, which nobody sees on white.
BLUE, ORANGE, GREEN, RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"
SKY, PURPLE = "#56b4e9", "#cc79a7"

# Of classes, in turn: those of neighbours in the alphabet are far apart.
CLASSES = (BLUE, ORANGE, SKY, "#7a3b8f", "#00745a", RED, PURPLE, "#222222")

# From 0 to 1 in eight steps: ColorBrewer's "Blues".
BLUES = np.array(
    [(247, 251, 255), (222, 235, 247), (198, 219, 239), (158, 202, 225), (107, 174, 214),
     (66, 146, 198), (33, 113, 181), (8, 81, 156), (8, 48, 107)]
)  # fmt: skip
# From −1 over white to 1: ColorBrewer's "PuOr", purple below and orange above.
DIVERGING = np.array(
    [(45, 0, 75), (84, 39, 136), (128, 115, 172), (178, 171, 210), (216, 218, 235), (255, 255, 255),
     (254, 224, 182), (253, 184, 99), (224, 130, 20), (179, 88, 6), (127, 59, 8)]
)  # fmt: skip
DARK = 0.6  # of the strongest colour: from there on, what is written on it is white


def shares_in_blue(shares: Array) -> Array:
    """White is 0, dark blue is 1: …×3 of uint8."""
    return between(shares, BLUES, 0)


def around_zero(values: Array) -> Array:
    """Purple is −1, white 0, orange 1: …×3 of uint8."""
    return between(values, DIVERGING, -1)


def between(values: Array, colours: Array, low: float) -> Array:
    """Colours from `low` to 1, in equal steps, and what lies between them."""
    steps = np.linspace(low, 1, len(colours))
    return np.stack([np.interp(values, steps, channel) for channel in colours.T], axis=-1).astype(np.uint8)
