"""All letters on one sheet: each on its tile, large ones made smaller."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from charmlp.report.sprites import LARGEST, make_sheet


@pytest.mark.parametrize(("count", "height", "width"), [(1, 32, 32), (7, 20, 10), (30, 100, 50), (3, 1, 300)])
def test_each_letter_is_on_its_tile(count: int, height: int, width: int) -> None:
    greys = np.linspace(0, 255, count).astype(np.uint8)
    sheet = make_sheet(np.broadcast_to(greys[:, None, None], (count, height, width)))
    assert max(sheet.height, sheet.width) == min(LARGEST, max(height, width))
    with Image.open(io.BytesIO(sheet.content)) as picture:
        pixels = np.asarray(picture.convert("L")).astype(int)
    assert pixels.shape == (sheet.rows * sheet.height, sheet.columns * sheet.width)
    for number, grey in enumerate(greys):
        top, left = number // sheet.columns * sheet.height, number % sheet.columns * sheet.width
        assert abs(pixels[top + sheet.height // 2, left + sheet.width // 2] - int(grey)) < 25
    assert sheet.rows * sheet.columns - count < max(sheet.columns, sheet.rows)


def test_it_is_small() -> None:
    """Some 150 bytes a letter."""
    y, x = np.mgrid[:32, :32]
    letters = np.stack([((x - 16) ** 2 + (y - 16) ** 2 < radius**2) * 200 for radius in range(1, 16)] * 10)
    assert len(make_sheet(letters.astype(np.uint8)).content) < 200 * len(letters)
