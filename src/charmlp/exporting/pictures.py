"""Pictures on which an export is compared: scrawls of all sizes, always the same ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SEED = 17
# height, width: single pixels, strips, smaller than any letter, a model's usual sizes, photographs
SIZES = (
    (1, 1), (1, 2), (2, 1), (3, 5), (1, 1000), (1000, 1), (7, 300), (20, 3000), (8, 8), (16, 16), (20, 20),
    (28, 28), (31, 33), (32, 32), (32, 48), (33, 31), (40, 44), (47, 23), (63, 65), (64, 64), (65, 64),
    (90, 61), (96, 96), (100, 150), (127, 128), (128, 64), (150, 100), (200, 201), (255, 257), (300, 200),
    (480, 640), (701, 499),
)  # fmt: skip
EACH = 2


def pictures() -> list[NDArray[np.uint8]]:
    """Grey pictures H×W."""
    generator = np.random.default_rng(SEED)
    return [scrawl(*size, generator) for size in SIZES for _ in range(EACH)]


def scrawls(count: int) -> list[NDArray[np.uint8]]:
    """As many grey pictures of a letter's usual sizes."""
    generator = np.random.default_rng(SEED)
    sides = generator.integers(24, 64, (count, 2)).tolist()
    return [scrawl(height, width, generator) for height, width in sides]


def scrawl(height: int, width: int, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Strokes of a pen on a ground of another grey, with noise."""
    ground, ink = generator.choice(256, 2, replace=False).tolist()
    picture = Image.new("L", (width, height), ground)
    points = [tuple(point) for point in generator.random((5, 2)) * (width, height)]
    thickness = max(1, round(min(height, width) * generator.uniform(0.05, 0.2)))
    ImageDraw.Draw(picture).line(points, ink, thickness, "curve")
    noise = generator.normal(0, generator.uniform(0, 20), (height, width))
    return np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8)
