"""All pictures of letters in a page as one: a sheet of tiles, lossy."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LARGEST = 40  # pixels of a tile's longer side: larger pictures are made smaller
MOST_TILES = 20_000
QUALITY = 70  # some 140 bytes a letter of 32×32 pixels


@dataclass(frozen=True)
class Sheet:
    """A WebP picture of `rows`×`columns` tiles, numbered row by row, each `height`×`width` pixels."""

    content: bytes
    rows: int
    columns: int
    height: int
    width: int

    @property
    def uri(self) -> str:
        return "data:image/webp;base64," + base64.b64encode(self.content).decode("ascii")


def make_sheet(images: NDArray[np.uint8]) -> Sheet:
    """Lay out grey images N×H×W, N at least 1, on one sheet."""
    tiles = shrunk(images)
    count, height, width = tiles.shape
    columns = max(1, round(math.sqrt(count * height / width)))
    rows = -(-count // columns)
    sheet = np.zeros((rows * columns, height, width), np.uint8)
    sheet[:count] = tiles
    whole = sheet.reshape(rows, columns, height, width).transpose(0, 2, 1, 3)
    content = io.BytesIO()
    picture = Image.fromarray(whole.reshape(rows * height, columns * width))
    picture.save(content, "WEBP", quality=QUALITY, method=4)
    return Sheet(content.getvalue(), rows, columns, height, width)


def shrunk(images: NDArray[np.uint8]) -> NDArray[Any]:
    """The images with their longer side at most `LARGEST` pixels."""
    _, height, width = images.shape
    scale = LARGEST / max(height, width)
    if scale >= 1:
        return images
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.stack([np.asarray(Image.fromarray(image).resize(size)) for image in images])
