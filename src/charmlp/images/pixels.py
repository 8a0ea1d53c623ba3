"""Compiled loops over the pixels of one picture.

Importing this file imports Numba, so it is imported only when it is needed.
"""

import numpy as np
from numpy.typing import NDArray

from charmlp.system.compiling import part_of_compiled

Grid = NDArray[np.float32]


@part_of_compiled
def blur(picture: NDArray[np.float32], sigma_x: float, sigma_y: float) -> None:
    """Gaussian blur in place, edge pixels replicated; sigmas in pixels."""
    _blur_rows(picture, sigma_x)
    _blur_rows(picture.T, sigma_y)


@part_of_compiled
def _blur_rows(picture: NDArray[np.float32], sigma: float) -> None:
    if sigma < 0.2:
        return
    height, width = picture.shape
    reach = min(int(np.ceil(2.5 * sigma)), width - 1)
    weights = np.empty(2 * reach + 1, np.float32)
    whole = np.float32(0)
    for step in range(-reach, reach + 1):
        weights[step + reach] = np.exp(-0.5 * (step / sigma) ** 2)
        whole += weights[step + reach]
    for step in range(2 * reach + 1):
        weights[step] /= whole
    line = np.empty(width + 2 * reach, np.float32)
    for row in range(height):
        for place in range(width + 2 * reach):
            line[place] = picture[row, min(max(place - reach, 0), width - 1)]
        for column in range(width):
            total = np.float32(0)
            for step in range(2 * reach + 1):
                total += weights[step] * line[column + step]
            picture[row, column] = total


@part_of_compiled
def add_noise(picture: NDArray[np.float32], sigma: float, seed: int) -> None:
    """Add nearly normal noise: the sum of four 16-bit numbers of one step of xorshift64*."""
    height, width = picture.shape
    state = np.uint64(seed) | np.uint64(1)
    scale = np.float32(sigma / (65536 * np.sqrt(4 / 12)))
    for row in range(height):
        for column in range(width):
            state ^= state >> np.uint64(12)
            state ^= state << np.uint64(25)
            state ^= state >> np.uint64(27)
            bits = state * np.uint64(2685821657736338717)
            total = np.float32(0)
            for quarter in range(4):
                total += np.float32(np.int64(bits >> np.uint64(16 * quarter) & np.uint64(65535)))
            picture[row, column] += (total - np.float32(2 * 65535)) * scale
