"""What pictures are made of. Each mark paints itself on a picture of Pillow, and writes itself as SVG.

Places are pixels from the top left corner, colours are as SVG and Pillow both write them: `#rrggbb`.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from charmlp.drawing.fonts import TEXT, font_for

Array = NDArray[Any]
Points = Sequence[tuple[float, float]]

FINER = 3  # times: lines and dots are drawn so and made smaller, for smooth edges
DOT = 5  # pixels from the middle of a line's mark to its edge
DASH, PAUSE = 8, 6  # pixels
# Dots of some shape, corners around the middle for a radius of 1; of about the same area, as is a disc.
SHAPES: dict[str, Points] = {
    "disc": (),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((0, -1.3), (1.2, 0.8), (-1.2, 0.8)),
    "diamond": ((0, -1.35), (1.1, 0), (0, 1.35), (-1.1, 0)),
    "wedge": ((0, 1.3), (1.2, -0.8), (-1.2, -0.8)),
    "bar": ((-1.5, -0.55), (1.5, -0.55), (1.5, 0.55), (-1.5, 0.55)),
    "post": ((-0.55, -1.5), (0.55, -1.5), (0.55, 1.5), (-0.55, 1.5)),
}


class Mark(Protocol):
    def paint(self, picture: Image.Image) -> None: ...

    def svg(self) -> str: ...


@dataclass(eq=False)
class Text:
    """A text whose point `anchor` (as Pillow has them: l, m, r and t, m, b or s) lies at x, y.

    upward  from below to above, its middle at the place
    halo    pixels of white around it
    """

    text: str
    x: float
    y: float
    anchor: str = "mm"
    size: int = TEXT
    colour: str = "#000000"
    upward: bool = False
    bold: bool = False
    halo: int = 0

    def paint(self, picture: Image.Image) -> None:
        font = font_for(self.text, self.size, bold=self.bold)
        if not self.upward:
            ImageDraw.Draw(picture).text(
                (self.x, self.y), self.text, self.colour, font, self.anchor,
                stroke_width=self.halo, stroke_fill="white",
            )  # fmt: skip
            if self.halo:
                ImageDraw.Draw(picture).text((self.x, self.y), self.text, self.colour, font, self.anchor)
            return
        left, top, right, bottom = font.getbbox(self.text, anchor="ls")
        mask = Image.new("L", (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))))
        ImageDraw.Draw(mask).text((-left, -top), self.text, 255, font, "ls")
        mask = mask.transpose(Image.Transpose.ROTATE_90)
        picture.paste(self.colour, (round(self.x - mask.width / 2), round(self.y - mask.height / 2)), mask)

    def svg(self) -> str:
        across = {"l": "start", "m": "middle", "r": "end"}[self.anchor[0]]
        down = {"t": 0.75, "a": 0.93, "m": 0.36, "s": 0, "b": 0, "d": -0.24}[self.anchor[1]] * self.size
        turned = f' transform="rotate(-90 {self.x:.5g} {self.y:.5g})"' if self.upward else ""
        bold = ' font-weight="bold"' if self.bold else ""
        halo = (
            f' stroke="#ffffff" stroke-width="{2 * self.halo}" paint-order="stroke" stroke-linejoin="round"'
            if self.halo
            else ""
        )
        return (
            f'<text x="{self.x:.5g}" y="{self.y + down:.5g}" font-size="{self.size}" fill="{self.colour}" '
            f'text-anchor="{across}"{turned}{bold}{halo}>{escaped(self.text)}</text>'
        )


@dataclass(eq=False)
class Line:
    """Straight from point to point; with `dots`, the points are marked. Dashed lines have two points."""

    points: Points
    colour: str
    width: float = 3
    dots: bool = False
    dashed: bool = False

    def paint(self, picture: Image.Image) -> None:
        if len(self.points) == 2 and not (self.dashed or self.dots):
            (x, y), (to_x, to_y) = self.points
            if x == to_x or y == to_y:  # of such a line there are many, and nothing to make smooth
                half = (round(self.width) - 1) // 2
                box = [round(each) - half for each in (min(x, to_x), min(y, to_y))]
                ends = [round(each) - half for each in (max(x, to_x), max(y, to_y))]
                more = (round(self.width) - 1, 0) if x == to_x else (0, round(self.width) - 1)
                corner = ends[0] + more[0], ends[1] + more[1]
                ImageDraw.Draw(picture).rectangle((*box, *corner), self.colour)
                return

        def draw(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]]) -> None:
            width = max(1, round(self.width * FINER))
            for part in self.dashes(points) if self.dashed else [points]:
                pen.line(part, 255, width=width, joint="curve")
            if self.dots:
                for x, y in points:
                    pen.ellipse((x - DOT * FINER, y - DOT * FINER, x + DOT * FINER, y + DOT * FINER), 255)

        paint_finer(picture, self.points, self.colour, draw)

    @staticmethod
    def dashes(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
        (x, y), (to_x, to_y) = points[0], points[-1]
        length = math.hypot(to_x - x, to_y - y) or 1
        step, dash = (DASH + PAUSE) * FINER / length, DASH * FINER / length
        starts = [number * step for number in range(math.ceil(1 / step))]
        ends = [min(1, start + dash) for start in starts]
        return [
            [(x + share * (to_x - x), y + share * (to_y - y)) for share in pair]
            for pair in zip(starts, ends, strict=True)
        ]

    def svg(self) -> str:
        dashed = f' stroke-dasharray="{DASH} {PAUSE}"' if self.dashed else ""
        line = (
            f'<path d="{path(self.points)}" fill="none" stroke="{self.colour}" stroke-width="{self.width:g}" '
            f'stroke-linejoin="round"{dashed}/>'
        )
        return line + (Dots(self.points, self.colour, DOT).svg() if self.dots else "")


@dataclass(eq=False)
class Area:
    """What a closed line encloses."""

    points: Points
    colour: str

    def paint(self, picture: Image.Image) -> None:
        paint_finer(picture, self.points, self.colour, lambda pen, points: pen.polygon(points, 255))

    def svg(self) -> str:
        return f'<path d="{path(self.points)}z" fill="{self.colour}"/>'


@dataclass(eq=False)
class Box:
    """A rectangle from left, top to right, bottom, filled, or outlined by so many pixels, or both."""

    box: tuple[float, float, float, float]
    fill: str | None = None
    outline: str | None = None
    width: int = 1

    def paint(self, picture: Image.Image) -> None:
        box = [round(each) for each in self.box]
        ImageDraw.Draw(picture).rectangle(box, self.fill, self.outline, self.width)

    def svg(self) -> str:
        left, top, right, bottom = self.box
        return (
            f'<path d="M{left:.5g} {top:.5g}H{right:.5g}V{bottom:.5g}H{left:.5g}z" '
            f'fill="{self.fill or "none"}" stroke="{self.outline or "none"}" stroke-width="{self.width}"/>'
        )


@dataclass(eq=False)
class Dots:
    """The same small mark at many places: filled, or with `ring` a circle of so many pixels' width."""

    points: Points
    colour: str
    radius: float
    shape: str = "disc"
    ring: float = 0

    def paint(self, picture: Image.Image) -> None:
        room = math.ceil(1.5 * self.radius + self.ring)
        mask = Image.new("L", ((2 * room + 1) * FINER,) * 2)
        pen, middle, radius = ImageDraw.Draw(mask), (room + 0.5) * FINER, self.radius * FINER
        if corners := SHAPES[self.shape]:
            pen.polygon([(middle + radius * x, middle + radius * y) for x, y in corners], 255)
        else:
            inside = None if self.ring else 255
            around = (middle - radius, middle - radius, middle + radius, middle + radius)
            pen.ellipse(around, inside, 255, max(1, round(self.ring * FINER)))
        mask = mask.reduce(FINER)
        for x, y in self.points:
            picture.paste(self.colour, (round(x) - room, round(y) - room), mask)

    def svg(self) -> str:
        r = self.radius
        if corners := SHAPES[self.shape]:
            steps = "".join(
                f"l{r * (x - before_x):.3g} {r * (y - before_y):.3g}"
                for (before_x, before_y), (x, y) in pairwise(corners)
            )
            (x_first, y_first), closed = corners[0], f"{steps}z"
            return self.drawn(
                "".join(f"M{x + r * x_first:.5g} {y + r * y_first:.5g}{closed}" for x, y in self.points)
            )
        round_ = f"a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0"
        return self.drawn("".join(f"M{x - r:.5g} {y:.5g}{round_}" for x, y in self.points))

    def drawn(self, d: str) -> str:
        if self.ring:
            return f'<path d="{d}" fill="none" stroke="{self.colour}" stroke-width="{self.ring:g}"/>'
        return f'<path d="{d}" fill="{self.colour}"/>'


@dataclass(eq=False)
class Pixels:
    """An image, H×W grey or H×W×3, uint8, in a box of the canvas.

    Where it grows, its pixels stay squares, unless it is to be `smooth`.
    """

    pixels: Array
    box: tuple[int, int, int, int]
    smooth: bool = False

    def paint(self, picture: Image.Image) -> None:
        left, top, right, bottom = self.box
        size = right - left, bottom - top
        image = Image.fromarray(np.ascontiguousarray(self.pixels)).convert("RGB")
        grows = size[0] >= image.width
        growing = Image.Resampling.BICUBIC if self.smooth else Image.Resampling.NEAREST
        image = image.resize(size, growing if grows else Image.Resampling.LANCZOS)
        picture.paste(image, (left, top))

    def svg(self) -> str:
        left, top, right, bottom = self.box
        content = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(self.pixels)).save(content, "PNG", optimize=True)
        data = base64.b64encode(content.getvalue()).decode("ascii")
        sharp = "" if self.smooth else ' style="image-rendering:pixelated"'
        return (
            f'<image x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" '
            f'preserveAspectRatio="none"{sharp} '
            f'href="data:image/png;base64,{data}"/>'
        )


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def path(points: Points) -> str:
    return "M" + "L".join(f"{x:.5g} {y:.5g}" for x, y in points)


@dataclass(eq=False)
class Cells:
    """Squares of so many pixels from a corner on: colours rows×columns×3, uint8.

    In SVG they are paths, one for each colour: not every program leaves the edges of enlarged pixels sharp.
    """

    colours: Array
    corner: tuple[int, int]
    cell: int

    def paint(self, picture: Image.Image) -> None:
        (left, top), (rows, columns) = self.corner, self.colours.shape[:2]
        Pixels(self.colours, (left, top, left + columns * self.cell, top + rows * self.cell)).paint(picture)

    def svg(self) -> str:
        (left, top), cell = self.corner, self.cell
        places: dict[tuple[int, ...], list[str]] = {}
        for row, column in np.ndindex(self.colours.shape[:2]):
            square = f"M{left + column * cell} {top + row * cell}h{cell}v{cell}h{-cell}z"
            places.setdefault(tuple(self.colours[row, column].tolist()), []).append(square)
        return "".join(
            f'<path d="{"".join(squares)}" fill="#{"".join(f"{part:02x}" for part in colour)}"/>'
            for colour, squares in places.items()
        )


def paint_finer(picture: Image.Image, points: Points, colour: str, draw: Any) -> None:
    """Paint with what `draw(pen, points)` leaves on a finer mask, made smaller."""
    room = DOT + 2
    left, top = (math.floor(min(each)) - room for each in zip(*points, strict=True))
    width, height = (math.ceil(max(each) - min(each)) + 2 * room for each in zip(*points, strict=True))
    mask = Image.new("L", (width * FINER, height * FINER))
    draw(ImageDraw.Draw(mask), [((x - left) * FINER, (y - top) * FINER) for x, y in points])
    picture.paste(colour, (left, top), mask.reduce(FINER))
