"""A part of a canvas with numbers along its edges."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from charmlp.drawing.canvas import INCH, Canvas
from charmlp.drawing.colours import BLACK, LIGHT
from charmlp.drawing.fonts import text_width

FEW = 30  # points of a curve that are marked
PARTS = 40  # of a piece of a curve, when it is looked at where it runs
Range = tuple[float, float]


class Panel:
    """A part of a canvas with axes; `x` and `y` are the lowest and the highest number of each.

    The box is left, top, right and bottom. With `powers`, y holds the logarithms to base 10 of what is shown.
    """

    def __init__(
        self, canvas: Canvas, box: tuple[int, int, int, int], x: Range, y: Range, *, powers: bool = False
    ) -> None:
        self.canvas, self.box, self.x, self.y, self.powers = canvas, box, x, y, powers
        self.curves: list[list[tuple[float, float]]] = []

    def place(self, x: float, y: float) -> tuple[float, float]:
        left, top, right, bottom = self.box
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return left + across * (right - left), bottom - up * (bottom - top)

    def axes(self, name: str, numbered: bool = True, x_name: str = "", unit: str = "") -> None:
        """Both axes, a light grid, numbers beside the left one and, where wanted, below the other."""
        left, top, right, bottom = self.box
        for number in ticks(*self.x):
            at = self.place(number, self.y[0])[0]
            self.canvas.line([(at, top), (at, bottom)], LIGHT, 1)
            if numbered:
                self.canvas.text(f"{number:g}{unit}", at, bottom + 10, "mt")
        for number in self.heights():
            at = self.place(self.x[0], number)[1]
            self.canvas.line([(left, at), (right, at)], LIGHT, 1)
            shown = power_of_ten(number) if self.powers else f"{number:g}"
            self.canvas.text(f"{shown}{unit}", left - 10, at, "rm")
        self.canvas.line([(left, top), (left, bottom)], BLACK, 1)
        self.canvas.line([(left, bottom), (right, bottom)], BLACK, 1)
        self.canvas.text(name, left - 0.6 * INCH, (top + bottom) / 2, upward=True)
        if x_name:
            self.canvas.text(x_name, (left + right) / 2, bottom + 55)

    def heights(self) -> Iterator[float]:
        """Where the grid's lines lie."""
        low, high = self.y
        most = max(2, min(8, (self.box[3] - self.box[1]) // 30))
        if not self.powers:
            yield from ticks(low, high, most)
            return
        step = max(1, math.ceil((high - low) / most))
        yield from range(math.ceil(low), math.floor(high) + 1, step)

    def curve(self, xs: Sequence[float], ys: Sequence[float], colour: str) -> None:
        """A line through the points, which are marked where they are few."""
        points = [self.place(x, y) for x, y in zip(xs, ys, strict=True)]
        if points:
            self.curves.append(points)
            self.canvas.line(points, colour, dots=len(points) < FEW)

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str) -> None:
        """What lies between two curves."""
        below = [self.place(x, y) for x, y in zip(xs, low, strict=True)]
        above = [self.place(x, y) for x, y in zip(xs, high, strict=True)]
        self.canvas.area([*below, *reversed(above)], colour)

    def upright(self, x: float, colour: str) -> None:
        """A dashed line from below to above."""
        self.canvas.line([self.place(x, self.y[0]), self.place(x, self.y[1])], colour, 2, dashed=True)

    def legend(self, names: dict[str, str]) -> None:
        """What the lines are, names by colour, in a corner where no curve runs, if there is one."""
        left, top, right, bottom = self.box
        width, height = max(map(text_width, names.values())) + 68, 30 * len(names) + 8
        corners = [(x, y) for x in (right - 2 - width, left + 2) for y in (top + 2, bottom - 2 - height)]
        free = (corner for corner in corners if not self.crossed(*corner, width, height))
        x, y = next(free, corners[0])
        self.canvas.box((x, y, x + width, y + height), fill="#ffffff")
        for line, (colour, name) in enumerate(names.items()):
            middle = y + 18 + 30 * line
            self.canvas.line([(x + 10, middle), (x + 50, middle)], colour)
            self.canvas.text(name, x + 60, middle, "lm")

    def crossed(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether a curve runs through this rectangle, by points along it."""
        return any(
            0 <= a + (c - a) * part / PARTS - x <= width and 0 <= b + (d - b) * part / PARTS - y <= height
            for points in self.curves
            for (a, b), (c, d) in pairwise([*points, points[-1]])
            for part in range(PARTS)
        )


def power_of_ten(exponent: float) -> str:
    """As people write it.

    >>> power_of_ten(-1), power_of_ten(3), power_of_ten(-12)
    ('0.1', '1000', '10⁻¹²')
    """
    if -3 < exponent < 4:
        return f"{10.0**exponent:g}"
    return "10" + f"{exponent:g}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def widened(low: float, high: float, share: float = 0.05) -> Range:
    """A little more than from low to high."""
    room = share * (high - low) or 1.0
    return low - room, high + room


def beside(point: tuple[float, float], width: float, panel: Panel) -> tuple[float, float, str]:
    """Where a point of a rising curve has room for a label, below at the right if there: x, y, anchor."""
    (x, y), (_, _, right, bottom) = point, panel.box
    if y + 45 > bottom:
        return x - 10, y - 24, "rm"
    return (x + 10, y + 26, "lm") if x + 12 + width < right else (x - 10, y + 26, "rm")


def ticks(low: float, high: float, most: int = 8) -> Iterator[float]:
    """Round numbers from `low` to `high`, a few of them.

    >>> list(ticks(0, 3.2)), list(ticks(1, 50))
    ([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0], [10.0, 20.0, 30.0, 40.0, 50.0])
    """
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * most >= high - low)
    for number in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield round(number * step, 12)
