"""Colours side by side differ for people who are colour-blind, too: simulated, and measured in CIELAB."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from charmlp.drawing import colours
from charmlp.drawing.colours import CLASSES, around_zero, shares_in_blue

# Machado, Oliveira and Fernandes 2009, IEEE TVCG 15, 1291–1298, table 1 at severity 1.0; linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [(0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)]
    ),
    "deuteranopia": np.array(
        [(0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)]
    ),
    "tritanopia": np.array(
        [(1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)]
    ),
}
TO_XYZ = np.array([(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)])
FAR = 25  # units of CIELAB; 2 are just noticeable where two areas touch
# What lies beside each other in one picture.
TOGETHER = {
    "curves": (colours.BLUE, colours.ORANGE, colours.WHITE),
    "letters": (colours.BLACK, colours.RED, colours.GREY, colours.WHITE),
    "curve and its band": (colours.BLUE, "#e4e4e4"),
}


def lab(rgb: np.ndarray, sight: np.ndarray) -> np.ndarray:
    """CIELAB of colours N×3, 0 to 255, as they are seen."""
    shares = rgb / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ sight.T, 0, 1) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def of(*names: str) -> np.ndarray:
    return np.array([[int(name[at : at + 2], 16) for at in (1, 3, 5)] for name in names], float)


def nearest(names: tuple[str, ...], sight: str) -> float:
    """The smallest difference of any two of the colours."""
    seen = lab(of(*names), SIGHT[sight])
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


@pytest.mark.parametrize("sight", SIGHT)
def test_neighbours_in_the_alphabet_are_far_apart(sight: str) -> None:
    for at in range(len(CLASSES)):
        assert nearest((CLASSES[at], CLASSES[(at + 1) % len(CLASSES)]), sight) > FAR
        assert nearest((CLASSES[at], colours.WHITE), sight) > FAR
    assert nearest(CLASSES, sight) > 5  # the others are at least not the same


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("names", TOGETHER.values(), ids=TOGETHER)
def test_what_lies_side_by_side_differs(names: tuple[str, ...], sight: str) -> None:
    assert nearest(names, sight) > FAR


@pytest.mark.parametrize("sight", SIGHT)
def test_scales_grow_darker_on_both_sides(sight: str) -> None:
    blue = lab(shares_in_blue(np.linspace(0, 1, 9)).astype(float), SIGHT[sight])[:, 0]
    assert (np.diff(blue) < 0).all()
    both = lab(around_zero(np.linspace(-1, 1, 11)).astype(float), SIGHT[sight])
    assert (np.diff(both[:6, 0]) > 0).all() and (np.diff(both[5:, 0]) < 0).all()
    for at in range(1, 6):  # a weight and its opposite are not taken for one another
        assert np.linalg.norm(both[5 - at] - both[5 + at]) > 10 * min(at, 2)


def test_colours_that_are_taken_for_one_another_are_seen() -> None:
    """The control: matplotlib's red and green, of which deuteranopia makes one colour."""
    assert nearest(("#d62728", "#8c8c00"), "usual") > FAR > nearest(("#d62728", "#8c8c00"), "deuteranopia")


def test_white_is_nothing() -> None:
    assert around_zero(np.zeros(1)).tolist() == [[255, 255, 255]]
