"""A picture as a list of marks, saved as PNG, which Pillow paints, or as SVG.

    canvas = Canvas(700, 500)
    canvas.line([(100, 400), (600, 100)], BLUE)
    canvas.text("loss", 350, 20)
    canvas.save(Path("loss.png"))

Places are pixels from the top left corner; 150 of them are an inch. The same marks give the same bytes.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from charmlp.drawing.colours import BLACK, GREY
from charmlp.drawing.fonts import FALLBACK_FONTS, SMALL, TEXT, text_width
from charmlp.drawing.marks import Area, Box, Cells, Dots, Line, Mark, Pixels, Points, Text
from charmlp.errors import CharmlpError
from charmlp.system.files import write_whole
from charmlp.text import shown_path

INCH = 150
SCREEN = 0.64  # CSS pixels, of which 96 are an inch
MARGIN = 25
SUFFIXES = (".png", ".svg")


class Canvas:
    """A white picture of so many pixels, which may still grow."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.marks: list[Mark] = []

    @property
    def texts(self) -> list[str]:
        """What is written on it, in order."""
        return [mark.text for mark in self.marks if isinstance(mark, Text)]

    def text(
        self, text: str, x: float, y: float, anchor: str = "mm", size: int = TEXT, colour: str = BLACK,
        *, upward: bool = False, bold: bool = False, halo: int = 0,
    ) -> None:  # fmt: skip
        """Write at a place, which is the point of the text that `anchor` names, as Pillow has them."""
        self.marks.append(Text(text, x, y, anchor, size, colour, upward, bold, halo))

    def line(
        self, points: Points, colour: str, width: float = 3, *, dots: bool = False, dashed: bool = False
    ) -> None:
        """Straight from point to point; with `dots`, the points are marked."""
        self.marks.append(Line(points, colour, width, dots, dashed))

    def area(self, points: Points, colour: str) -> None:
        """Fill what a closed line encloses."""
        self.marks.append(Area(points, colour))

    def box(
        self, box: tuple[float, float, float, float], fill: str | None = None, outline: str | None = None,
        width: int = 1,
    ) -> None:  # fmt: skip
        """A rectangle: left, top, right, bottom; its outline so many pixels wide."""
        self.marks.append(Box(box, fill, outline, width))

    def dots(self, points: Points, colour: str, radius: float, shape: str = "disc", ring: float = 0) -> None:
        """The same small mark at many places (`charmlp.drawing.marks.SHAPES`)."""
        self.marks.append(Dots(points, colour, radius, shape, ring))

    def image(
        self, pixels: Any, corner: tuple[int, int], size: tuple[int, int], *, smooth: bool = False
    ) -> None:
        """An image H×W or H×W×3 of uint8, so many pixels wide and high; squares, unless it is `smooth`."""
        (left, top), (width, height) = corner, size
        self.marks.append(Pixels(pixels, (left, top, left + width, top + height), smooth))

    def heat(self, colours: Any, corner: tuple[int, int], cell: int) -> None:
        """Squares of so many pixels, in a frame: colours rows×columns×3 of uint8."""
        height, width, _ = colours.shape
        left, top = corner
        self.marks.append(Cells(colours, corner, cell))
        self.box((left - 1, top - 1, left + width * cell, top + height * cell), outline=BLACK)

    def title(self, text: str, x: float = MARGIN, y: float = 32) -> None:
        """What it shows, above all; the canvas is made wide enough."""
        self.text(text, x, y, "lm", bold=True)
        self.width = max(self.width, int(x) + text_width(text, bold=True) + MARGIN)

    def notes(self, lines: Sequence[str], x: float = MARGIN) -> None:
        """Small lines below all that is there, broken where they are too long; the canvas grows by them."""
        for part in [part for line in lines for part in broken(line, self.width - int(x) - MARGIN)]:
            self.text(part, x, self.height + 5, "lm", SMALL, GREY)
            self.height += 24
        self.height += 12 if lines else 0

    @property
    def picture(self) -> Image.Image:
        """It as an image of Pillow."""
        picture = Image.new("RGB", (self.width, self.height), "white")
        for mark in self.marks:
            mark.paint(picture)
        return picture

    def svg(self) -> str:
        """It as SVG: text stays text, in the fonts of whoever looks at it."""
        fonts = ", ".join(["'DejaVu Sans'", *(f"'{name}'" for name in FALLBACK_FONTS.values()), "sans-serif"])
        marks = "\n".join(mark.svg() for mark in self.marks)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{SCREEN * self.width:g}" height="{SCREEN * self.height:g}" font-family="{fonts}">\n'
            f'<rect width="100%" height="100%" fill="#ffffff"/>\n{marks}\n</svg>\n'
        )

    def save(self, path: Path) -> Path:
        """Write it, whole or not at all: as PNG or SVG, by the name's end. Raises `CharmlpError`."""
        check_name(path)
        if path.suffix.lower() == ".svg":
            write_whole(path, self.svg().encode())
            return path
        content = io.BytesIO()
        self.picture.save(content, "PNG", compress_level=3)  # more takes half as long again
        write_whole(path, content.getvalue())
        return path


def check_name(path: Path) -> None:
    """Raise `CharmlpError` unless a picture can have that name."""
    if path.suffix.lower() not in SUFFIXES:
        raise CharmlpError(f"{shown_path(path)}: a picture's name ends in {' or '.join(SUFFIXES)}")


def broken(text: str, width: int, size: int = SMALL) -> list[str]:
    """A text in lines of at most so many pixels, about."""
    total = text_width(text, size)
    if total <= width:
        return [text]
    most = max(10, len(text) * width // total - 2)
    if " " not in text:  # Chinese is broken anywhere
        return [text[start : start + most] for start in range(0, len(text), most)]
    return textwrap.wrap(text, most)
