"""Each activation of the table that is computed with: h = f(z), its slope f′(z), and one tangent."""

from __future__ import annotations

from functools import partial

import numpy as np

from charmlp.calculus import ACTIVATIONS, Activation
from charmlp.drawing.colours import BLACK, GREY, LIGHT
from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Point, Sheet, number

LEFT, RIGHT, BOTTOM, TOP = -4.0, 4.0, -1.35, 2.4
UNIT = WIDTH / (RIGHT - LEFT)  # the same both ways, so that a slope of 1 looks like one
JUMP = 0.3  # a larger step between neighbours is a jump, and no line crosses it
TOUCHES = 1.0  # where the tangent is drawn


def place(x: float, y: float) -> Point:
    """Pixels from the left and from the top."""
    return (x - LEFT) * UNIT, (TOP - y) * UNIT


def axes(sheet: Sheet) -> None:
    """Both axes through 0, with numbers, on a light grid."""
    for x in range(-3, 4):
        sheet.line([place(x, BOTTOM), place(x, TOP)], LIGHT, 1)
    for y in range(-1, 3):
        sheet.line([place(LEFT, y), place(RIGHT, y)], LIGHT, 1)
    sheet.line([place(LEFT, 0), place(RIGHT, 0)], GREY, 1)
    sheet.line([place(0, BOTTOM), place(0, TOP)], GREY, 1)
    for x in (-3, -2, -1, 1, 2, 3):
        left, top = place(x, 0)
        sheet.text(number(x), left, top + 16, size=SMALL, colour=GREY)
    for y in (-1, 1, 2):
        left, top = place(0, y)
        sheet.text(number(y), left - 8, top, "rm", SMALL, GREY)


def curve(sheet: Sheet, x: np.ndarray, y: np.ndarray, colour: str, *, dashed: bool = False) -> None:
    """A line through the points inside the frame, and a new one after each jump."""
    inside = (y > BOTTOM) & (y < TOP)
    breaks = np.flatnonzero((np.abs(np.diff(y)) > JUMP) | (np.diff(inside) != 0)) + 1
    for xs, ys in zip(np.split(x, breaks), np.split(y, breaks), strict=True):
        points = [place(*point) for point in zip(xs.tolist(), ys.tolist(), strict=True)]
        if BOTTOM < ys[0] < TOP and len(points) > 1:
            sheet.line(points, colour, 3, dashed=dashed)


def draw(sheet: Sheet, activation: Activation) -> None:
    """f as a line, f′ as dashes, and the tangent at 1, whose slope f′ is there."""
    sheet.height = round((TOP - BOTTOM) * UNIT)
    axes(sheet)
    x = np.sort(np.append(np.linspace(LEFT, RIGHT, 129), 1e-9))  # just after 0 as well, where slopes jump
    curve(sheet, x, activation.slope(x), BACKWARD, dashed=True)
    curve(sheet, x, activation(x), FORWARD)
    at = np.array([TOUCHES])
    height, slope = activation(at).item(), activation.slope(at).item()
    reach = 1.2 / np.hypot(1, slope)
    ends = [place(TOUCHES + side * reach, height + side * reach * slope) for side in (-1, 1)]
    sheet.line(ends, BLACK, 2)
    sheet.dots([place(TOUCHES, height), place(TOUCHES, slope)], BLACK, 5)
    sheet.text("h = f(z)", 14, 24, "lm", SMALL, FORWARD)
    sheet.text("f′(z)", 14, 52, "lm", SMALL, BACKWARD)
    sheet.text(f"f′(1) = {number(slope, 2)}", 14, 80, "lm", SMALL)
    sheet.text("z", *place(RIGHT - 0.15, -0.2), size=SMALL, colour=GREY)


def draw_kink(sheet: Sheet) -> None:
    """Lines of several slopes that touch ReLU at 0 and lie nowhere above it."""
    sheet.height = round((TOP - BOTTOM) * UNIT)
    axes(sheet)
    for slope in (0.25, 0.5, 0.75):
        left, right = max(LEFT, BOTTOM / slope), min(RIGHT, TOP / slope)
        sheet.line([place(left, slope * left), place(right, slope * right)], BACKWARD, 1.5)
    curve(sheet, np.linspace(LEFT, RIGHT, 81), np.maximum(0, np.linspace(LEFT, RIGHT, 81)), FORWARD)
    sheet.dots([place(0, 0)], BLACK, 5)
    sheet.text("h = f(z)", 14, 24, "lm", SMALL, FORWARD)
    sheet.text(sheet.say("slopes between 0 and 1", "斜率在 0 与 1 之间"), 14, 52, "lm", SMALL, BACKWARD)


FIGURES = {"kink": draw_kink} | {
    name: partial(draw, activation=activation) for name, activation in ACTIVATIONS.items()
}
