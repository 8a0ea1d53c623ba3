"""Gradient descent, for gradient-descent.md: on a parabola with three learning rates, and on ellipses."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from charmlp.drawing.axes import Panel
from charmlp.drawing.colours import BLACK, GREY, LIGHT, MIDDLE
from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Sheet, number

TARGET = 3.0  # where the parabola is lowest
RATES = (0.1, 0.9, 1.1)
LOW, HIGH = -1.6, 7.6  # of w, in the pictures of the parabola


def steps(start: float, rate: float, count: int) -> list[float]:
    """w after each step down (w − 3)²."""
    places = [start]
    for _ in range(count):
        places.append(places[-1] - rate * 2 * (places[-1] - TARGET))
    return places


def draw_parabolas(sheet: Sheet) -> None:
    """Too small a rate creeps, a large one jumps to and fro, too large a one climbs."""
    sheet.height = 290
    width = WIDTH // len(RATES)
    w = np.linspace(LOW, HIGH, 60)
    for place, rate in enumerate(RATES):
        box = place * width + 8, 44, (place + 1) * width - 8, 240
        panel = Panel(sheet, box, (LOW, HIGH), (-1, 21.5))
        sheet.text(f"η = {number(rate)}", place * width + width / 2, 20, size=SMALL)
        sheet.line([panel.place(LOW, 0), panel.place(HIGH, 0)], MIDDLE, 1)
        panel.curve(w.tolist(), ((w - TARGET) ** 2).tolist(), GREY)
        points = [panel.place(each, (each - TARGET) ** 2) for each in steps(0, rate, 4) if LOW < each < HIGH]
        for start, end in pairwise(points):
            sheet.arrow(start, end, FORWARD)
        sheet.dots(points, FORWARD, 5)
        for each in (0, TARGET):
            x, y = panel.place(each, 0)
            sheet.text(number(each), x, y + 24, size=SMALL, colour=GREY)
        sheet.text("w", *panel.place(HIGH - 0.4, -2.7), size=SMALL, colour=GREY)


def ellipses(w: tuple[float, float]) -> float:
    return w[0] ** 2 + 4 * w[1] ** 2


def draw_ellipses(sheet: Sheet) -> None:
    """Steps across the contour lines of w₁² + 4 w₂², each at right angles to its line."""
    sheet.height = 400
    unit = 155.0  # pixels, the same both ways, so that right angles look like ones
    middle = 185.0, 235.0
    rate, path = 0.2, [(2.0, 1.0)]
    for _ in range(4):
        w1, w2 = path[-1]
        path.append((w1 - rate * 2 * w1, w2 - rate * 8 * w2))

    def place(w1: float, w2: float) -> tuple[float, float]:
        return middle[0] + unit * w1, middle[1] - unit * w2

    for end in ((-1.15, 0, 2.6, 0), (0, -1.0, 0, 1.4)):
        sheet.line([place(*end[:2]), place(*end[2:])], LIGHT, 1)
    turn = np.linspace(0, 2 * np.pi, 90)
    for level in map(ellipses, path):
        across, up = np.sqrt(level) * np.cos(turn), np.sqrt(level) / 2 * np.sin(turn)
        sheet.line([place(*point) for point in zip(across.tolist(), up.tolist(), strict=True)], MIDDLE, 1.5)
    for start, end in pairwise(path):
        sheet.arrow(place(*start), place(*end), FORWARD)
    x, y = place(*path[0])
    sheet.arrow((x, y), place(2.0 + 0.05 * 4, 1.0 + 0.05 * 8), BACKWARD)
    sheet.text(sheet.say("gradient", "梯度"), x + 8, y - 48, "rm", SMALL, BACKWARD, halo=3)
    sheet.dots([place(*each) for each in path], FORWARD, 5)
    for each, number_of in zip(path[:3], range(3), strict=True):
        x, y = place(*each)
        sheet.text(
            f"L = {number(ellipses(each))}", x + 12, y + 20 - 40 * (number_of == 2), "lm", SMALL, halo=3
        )
    sheet.dots([place(0, 0)], BLACK, 4)
    sheet.text("w₁", *place(2.5, -0.13), size=SMALL, colour=GREY)
    sheet.text("w₂", *place(-0.13, 1.38), size=SMALL, colour=GREY)


FIGURES = {"descent-parabolas": draw_parabolas, "descent-ellipses": draw_ellipses}
