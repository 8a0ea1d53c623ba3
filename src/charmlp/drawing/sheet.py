"""Many small images in rows, each with a line of text below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing.canvas import MARGIN, Canvas
from charmlp.drawing.colours import BLACK
from charmlp.drawing.fonts import SMALL, text_width

Array = NDArray[Any]
GAP, LINE = 6, 22  # pixels: between images, and a line of text


@dataclass(frozen=True)
class Block:
    """Some images under one title.

    images  N×H×W grey or N×H×W×3, uint8
    words   for each image lines of text below it, each with its colour
    """

    title: str
    images: Array
    words: Sequence[Sequence[tuple[str, str]]]


def draw_sheet(blocks: Sequence[Block], columns: int = 16, width: int = 76) -> Canvas:
    """The blocks below each other, `columns` images of so many pixels a row; long words are made smaller."""
    canvas = Canvas(2 * MARGIN + columns * (width + GAP) - GAP, MARGIN)
    for block in blocks:
        canvas.height += 12
        canvas.title(block.title, y=canvas.height)
        top = canvas.height + 22
        height = max(1, round(width * block.images.shape[1] / max(block.images.shape[2], 1)))
        lines = max((len(words) for words in block.words), default=0)
        pitch = height + LINE * lines + GAP
        for number, (image, words) in enumerate(zip(block.images, block.words, strict=True)):
            left = MARGIN + number % columns * (width + GAP)
            upper = top + number // columns * pitch
            canvas.image(image, (left, upper), (width, height))
            for line, (text, colour) in enumerate(words):
                size = fitting(text, width + GAP - 2)
                place = left + width / 2, upper + height + 13 + line * LINE
                canvas.text(text, *place, size=size, colour=colour)
        canvas.height = top + -(-len(block.images) // columns) * pitch + 8
    return canvas


def plain(texts: Sequence[str]) -> list[list[tuple[str, str]]]:
    """One black line below each image."""
    return [[(text, BLACK)] for text in texts]


def fitting(text: str, width: int, most: int = SMALL, least: int = 9) -> int:
    """The largest size at which a text is at most so wide."""
    wide = text_width(text, most)
    return most if wide <= width else max(least, int(np.floor(most * width / wide)))
