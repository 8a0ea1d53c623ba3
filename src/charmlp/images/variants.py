"""Test-time augmentation: versions of an image, slightly changed, whose answers are to be averaged.

They follow one fixed sequence, so that an image is always answered the same: version k lies on axis d of
change at the fractional part of ½ + k·φ⁻ᵈ, where φ⁶ = φ + 1 for five axes, which fills the ranges evenly from
the first versions on (M. Roberts 2018, "The Unreasonable Effectiveness of Quasirandom Sequences").
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import UsageError

# Largest change of each axis, about half of what training does (charmlp.data.augment).
TURN = np.deg2rad(5.0)
SCALE = 0.07  # of the size
SLANT = 0.1  # sideways, in parts of the height
SHIFT = 0.05  # on each axis, in parts of the side
PHI = 1.1347241384015194  # for five axes
MOST = 1000  # versions of an image


def check_versions(count: int) -> None:
    """Raise `UsageError` where so many versions of an image cannot be read."""
    if not 1 <= count <= MOST:
        raise UsageError(f"--tta: expected a whole number from 1 to {MOST}, not {count}")


def variant(images: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """Version `number` of grey images N×H×W, 0 being themselves; every second one is inverted.

    Beyond the picture, its edge continues.
    """
    if number == 0:
        return images
    height, width = images.shape[1:]
    turn, scale, slant, right, down = changes(number) * (TURN, SCALE, SLANT, SHIFT, SHIFT)
    cos, sin = np.cos(turn) / (1 + scale), np.sin(turn) / (1 + scale)
    y, x = np.meshgrid(
        np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij"
    )
    moved = sample(
        images,
        cos * x + (cos * slant - sin) * y + (width - 1) / 2 + right * width,
        sin * x + (sin * slant + cos) * y + (height - 1) / 2 + down * height,
    )
    return 255 - moved if number % 2 else moved


def changes(number: int) -> NDArray[Any]:
    """Where version `number` lies on each axis, −1 to 1."""
    return np.asarray(2 * ((0.5 + number * PHI ** -np.arange(1.0, 6)) % 1) - 1)


def sample(images: NDArray[np.uint8], x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.uint8]:
    """Every image at the places (x, y), H×W each, between its pixels (bilinear)."""
    height, width = images.shape[1:]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.minimum(x.astype(int), max(width - 2, 0)), np.minimum(y.astype(int), max(height - 2, 0))
    next_column, next_row = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, along = (x - left).astype(np.float32), (y - top).astype(np.float32)
    upper = images[:, top, left] * (1 - across) + images[:, top, next_column] * across
    lower = images[:, next_row, left] * (1 - across) + images[:, next_row, next_column] * across
    return np.rint(upper * (1 - along) + lower * along).astype(np.uint8)
