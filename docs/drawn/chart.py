"""Curves between two axes: places from values, ticks with their numbers, lines that end at the frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from charmlp.drawing.colours import GREY, LIGHT
from drawn.sheet import SMALL, WIDTH, Point, Sheet

LEFT, TOP, RIGHT = 76.0, 20.0, 14.0  # pixels around the frame


@dataclass(frozen=True)
class Chart:
    """A frame of that height, and the values at its edges; `log`: decades are equally wide."""

    x: tuple[float, float]
    y: tuple[float, float]
    height: float = 330
    log_x: bool = False
    log_y: bool = False

    def place(self, x: float, y: float) -> Point:
        """Pixels from the left and from the top."""
        across, up = share(x, self.x, self.log_x), share(y, self.y, self.log_y)
        return LEFT + across * (WIDTH - LEFT - RIGHT), TOP + (1 - up) * self.height

    def axes(
        self, sheet: Sheet, x: Mapping[float, str], y: Mapping[float, str], below: str, above: str
    ) -> None:
        """A grid, and the numbers of both axes; what they count is written below, and in the upper left."""
        bottom = TOP + self.height
        sheet.height = round(bottom + 62)
        for value, text in x.items():
            left, _ = self.place(value, self.y[0])
            sheet.line([(left, TOP), (left, bottom)], LIGHT, 1)
            sheet.text(text, left, bottom + 18, size=SMALL, colour=GREY)
        for value, text in y.items():
            _, top = self.place(self.x[0], value)
            sheet.line([(LEFT, top), (WIDTH - RIGHT, top)], LIGHT, 1)
            sheet.text(text, LEFT - 8, top, "rm", SMALL, GREY)
        sheet.line([(LEFT, TOP), (LEFT, bottom), (WIDTH - RIGHT, bottom)], GREY, 1)
        sheet.text(below, (LEFT + WIDTH - RIGHT) / 2, bottom + 46, size=SMALL, colour=GREY)
        sheet.text(above, LEFT + 10, TOP + 12, "lm", SMALL, GREY, halo=3)

    def curve(
        self, sheet: Sheet, x: Sequence[float], y: Sequence[float], colour: str, *, dashed: bool = False,
        dots: bool = False,
    ) -> None:  # fmt: skip
        """The part of a line that is inside the frame, up to the first point outside."""
        inside = [self.y[0] <= value <= self.y[1] for value in y]
        end = inside.index(False) if False in inside else len(inside)
        points = [self.place(*point) for point in zip(x[:end], y[:end], strict=True)]
        sheet.line(points, colour, 3, dashed=dashed)
        if dots:
            sheet.dots(points, colour, 4)


def share(value: float, ends: tuple[float, float], log: bool) -> float:
    low, high, value = (math.log(each) for each in (*ends, value)) if log else (*ends, value)
    return (value - low) / (high - low)
