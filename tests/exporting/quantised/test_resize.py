"""The integer resize is Pillow's, to the byte."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from charmlp.exporting.quantised import resize as module
from charmlp.exporting.quantised.resize import resize

SIZES = [(1, 1), (1, 900), (900, 1), (32, 32), (31, 33), (200, 20), (20, 200), (300, 290), (7, 5), (2000, 3)]


def by_pillow(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))


def differing(seed: int, count: int) -> int:
    """Of random pictures, of those sizes and of random ones, how many are not Pillow's."""
    generator = np.random.default_rng(seed)
    found = 0
    for number in range(count):
        size = SIZES[number] if number < len(SIZES) else tuple(generator.integers(1, 150, 2).tolist())
        picture = generator.choice([generator.integers(256), 255], size).astype(np.uint8)
        if number % 2:
            picture = generator.integers(0, 256, size, dtype=np.uint8)
        height, width = generator.integers(1, 50, 2).tolist()
        found += not np.array_equal(resize(picture, height, width), by_pillow(picture, height, width))
    return found


def test_it_is_pillows_to_the_byte() -> None:
    assert differing(1, 60) == 0


def test_the_order_of_the_passes_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_vertical_first", lambda *_: False)
    assert differing(1, 60) > 3


def test_one_part_in_four_million_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = module.shares
    monkeypatch.setattr(module, "shares", lambda size, out: shares(size, out) - 100)
    assert differing(1, 20) > 0
