"""A picture drawn by Pillow alone: what a training draws costs no import of matplotlib, which takes longer.

    canvas = Canvas(700, 500)
    canvas.line([(100, 400), (600, 100)], BLUE)
    canvas.text("loss", 350, 20)
    canvas.save(path)

Places are pixels from the top left corner; 150 of them are an inch, and text is as large as in the pictures
of `charmlp.drawing`.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from charmlp.errors import CharmlpError
from charmlp.system.files import write_whole

INCH = 150
TEXT, SMALL = 21, 15  # pixels: 10 and 7 points
BLACK, GREY, LIGHT = "#000000", "#808080", "#e8e8e8"
BLUE, ORANGE, GREEN = "#1f77b4", "#ff7f0e", "#2ca02c"
FINER = 3  # times: lines are drawn so and made smaller, for smooth edges
DOT = 5  # pixels from the middle of a mark to its edge

# Files of fonts that hold other writing systems (`charmlp.drawing` knows them by name).
FALLBACK_FONTS = (
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc",
    "wqy-zenhei.ttc", "msyh.ttc", "simhei.ttf", "PingFang.ttc", "Arial Unicode.ttf", "NotoSans-Regular.ttf",
)  # fmt: skip
UNASSIGNED = "\uffff"  # a character that no font has


class Canvas:
    """A white picture of so many pixels. `texts` is what is written on it, in order."""

    def __init__(self, width: int, height: int) -> None:
        self.picture = Image.new("RGB", (width, height), "white")
        self.pen = ImageDraw.Draw(self.picture)
        self.texts: list[str] = []

    def text(
        self, text: str, x: float, y: float, anchor: str = "mm", size: int = TEXT, colour: str = BLACK,
        *, upward: bool = False,
    ) -> None:  # fmt: skip
        """Write at a place, which is the point of the text that `anchor` names, as Pillow has them.

        `upward`: from below to above, its middle at the place.
        """
        self.texts.append(text)
        font = font_for(text, size)
        if not upward:
            self.pen.text((x, y), text, colour, font, anchor)
            return
        left, top, right, bottom = font.getbbox(text, anchor="ls")
        mask = Image.new("L", (math.ceil(right - left), math.ceil(bottom - top)))
        ImageDraw.Draw(mask).text((-left, -top), text, 255, font, "ls")
        mask = mask.transpose(Image.Transpose.ROTATE_90)
        self.picture.paste(colour, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)

    def line(self, points: Sequence[tuple[float, float]], colour: str, *, dots: bool = False) -> None:
        """Straight from point to point; with `dots`, the points are marked."""
        left, top = (math.floor(min(each)) - DOT for each in zip(*points, strict=True))
        width, height = (math.ceil(max(each) - min(each)) + 2 * DOT for each in zip(*points, strict=True))
        mask = Image.new("L", (width * FINER, height * FINER))
        pen, finer = ImageDraw.Draw(mask), [((x - left) * FINER, (y - top) * FINER) for x, y in points]
        pen.line(finer, 255, width=3 * FINER, joint="curve")
        if dots:
            for x, y in finer:
                pen.ellipse((x - DOT * FINER, y - DOT * FINER, x + DOT * FINER, y + DOT * FINER), 255)
        self.picture.paste(colour, (left, top), mask.reduce(FINER))

    def heat(self, colours: Any, corner: tuple[int, int], cell: int) -> None:
        """Squares of so many pixels, in a frame: colours rows×columns×3 of uint8."""
        height, width, _ = colours.shape
        cells = Image.fromarray(colours).resize((width * cell, height * cell), Image.Resampling.NEAREST)
        self.picture.paste(cells, corner)
        left, top = corner
        self.pen.rectangle((left - 1, top - 1, left + cells.width, top + cells.height), outline=BLACK)

    def save(self, path: Path) -> Path:
        """Write it as PNG, whole or not at all."""
        content = io.BytesIO()
        self.picture.save(content, "PNG", compress_level=3)  # more takes half as long again
        write_whole(path, content.getvalue())
        return path


class Panel:
    """A part of a canvas with axes; `x` and `y` are the lowest and the highest number of each.

    The box is left, top, right and bottom.
    """

    def __init__(
        self, canvas: Canvas, box: tuple[int, int, int, int], x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        self.canvas, self.box, self.x, self.y = canvas, box, x, y

    def place(self, x: float, y: float) -> tuple[float, float]:
        left, top, right, bottom = self.box
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return left + across * (right - left), bottom - up * (bottom - top)

    def axes(self, name: str, numbered: bool) -> None:
        """Both axes, a light grid, numbers beside the left one and, where wanted, below the other."""
        (left, top, right, bottom), pen = self.box, self.canvas.pen
        for number in ticks(*self.x):
            at = self.place(number, self.y[0])[0]
            pen.line([(at, top), (at, bottom)], LIGHT)
            if numbered:
                self.canvas.text(f"{number:g}", at, bottom + 10, "mt")
        for number in ticks(*self.y):
            at = self.place(self.x[0], number)[1]
            pen.line([(left, at), (right, at)], LIGHT)
            self.canvas.text(f"{number:g}", left - 10, at, "rm")
        pen.line([(left, top), (left, bottom), (right, bottom)], BLACK)
        self.canvas.text(name, left - 0.5 * INCH, (top + bottom) / 2, upward=True)

    def curve(self, xs: Sequence[float], ys: Sequence[float], colour: str) -> None:
        """A line through the points, which are marked where they are few."""
        points = [self.place(x, y) for x, y in zip(xs, ys, strict=True)]
        self.canvas.line(points, colour, dots=len(points) < 30)

    def legend(self, names: dict[str, str]) -> None:
        """What the lines are, names by colour, in the upper right corner."""
        right, top = self.box[2], self.box[1]
        for line, (colour, name) in enumerate(names.items()):
            y = top + 20 + 30 * line
            self.canvas.line([(right - 170, y), (right - 130, y)], colour)
            self.canvas.text(name, right - 120, y, "lm")


def ticks(low: float, high: float, most: int = 8) -> Iterator[float]:
    """Round numbers from `low` to `high`, a few of them.

    >>> list(ticks(0, 3.2)), list(ticks(1, 50))
    ([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0], [10.0, 20.0, 30.0, 40.0, 50.0])
    """
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * most >= high - low)
    for number in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield round(number * step, 12)


def text_width(text: str, size: int = TEXT) -> int:
    """Pixels that a text is wide."""
    return math.ceil(font_for(text, size).getlength(text))


@functools.cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    """A font by its file, which is looked for where the system has fonts; None where it is not there."""
    try:
        return ImageFont.truetype(name, size, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return None


def font_for(text: str, size: int) -> ImageFont.FreeTypeFont:
    """The first font that has all characters of a text; where none has, DejaVu Sans, with boxes for them."""
    usual = font(dejavu_sans(), size)
    if usual is None:
        raise CharmlpError("pictures need DejaVu Sans, which lies in matplotlib: install matplotlib anew")
    if text.isascii() or has_all(usual, text):
        return usual
    others = (font(name, size) for name in FALLBACK_FONTS)
    return next((other for other in others if other and has_all(other, text)), usual)


@functools.cache
def dejavu_sans() -> str:
    """A font of many writing systems that lies in matplotlib, which is not imported for it."""
    spec = importlib.util.find_spec("matplotlib")
    places = spec.submodule_search_locations or [] if spec else []
    return str(Path(*places[:1], "mpl-data", "fonts", "ttf", "DejaVuSans.ttf"))


def has_all(font: ImageFont.FreeTypeFont, text: str) -> bool:
    """Whether no character of a text is drawn as one that no font has."""
    nothing = bytes(font.getmask(UNASSIGNED))
    return all(bytes(font.getmask(character)) != nothing for character in text)
