"""The linear layer, for linear.md: paths from a weight and from an input; copied forward, summed backward."""

from __future__ import annotations

import numpy as np

from charmlp.calculus import linear, linear_backward_bias
from charmlp.drawing.colours import GREY, MIDDLE
from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Point, Sheet, number

INPUTS, OUTPUTS = ("x₁", "x₂", "x₃"), ("z₁", "z₂")


def layer(sheet: Sheet, left: float, marked: set[tuple[int, int]], colour: str) -> None:
    """Three inputs, two outputs and the loss; the marked edges (input, output) in a colour."""
    inputs: list[Point] = [(left, 92 + 84 * place) for place in range(3)]
    outputs: list[Point] = [(left + 120, 134 + 84 * place) for place in range(2)]
    loss = left + 214, 176.0
    edges = [(place, k, inputs[place], outputs[k]) for k in range(2) for place in range(3)]
    for place, k, start, end in sorted(edges, key=lambda edge: (edge[0], edge[1]) in marked):
        along = (place, k) in marked
        sheet.arrow(*between(start, end), colour if along else MIDDLE, 4 if along else 1.5)
    for k, start in enumerate(outputs):
        along = any(output == k for _, output in marked)
        sheet.arrow(*between(start, loss), colour if along else MIDDLE, 4 if along else 1.5)
    for middle, text in zip([*inputs, *outputs, loss], [*INPUTS, *OUTPUTS, "L"], strict=True):
        sheet.node(middle, text, width=44, given=text in INPUTS)


def between(start: Point, end: Point) -> tuple[Point, Point]:
    """From the right edge of a box to the left edge of another."""
    return (start[0] + 22, start[1]), (end[0] - 24, end[1])


def draw_paths(sheet: Sheet) -> None:
    """One path from a weight, one for each output from an input."""
    sheet.height = 300
    layer(sheet, 30, {(1, 0)}, FORWARD)
    layer(sheet, 336, {(1, 0), (1, 1)}, BACKWARD)
    sheet.text(sheet.say("weight W₁₂: one path", "权重 W₁₂：一条路径"), 10, 26, "lm", SMALL, FORWARD)
    sheet.text(sheet.say("input x₂: two paths", "输入 x₂：两条路径"), 316, 26, "lm", SMALL, BACKWARD)


def draw_copy(sheet: Sheet) -> None:
    """The bias is copied to every row; the gradients of the rows are added up."""
    sheet.height = 260
    gradient = np.array([[1.0, 2.0], [0.0, -1.0], [4.0, 0.5]])
    bias = np.array([3.0, -1.0])
    copies = linear(np.zeros((len(gradient), 1)), np.zeros((2, 1)), bias)
    sheet.line([(WIDTH / 2, 10), (WIDTH / 2, 250)], MIDDLE, 1)
    half(sheet, 10, ("b", bias), copies, FORWARD)
    half(sheet, 316, ("∂L/∂b", linear_backward_bias(gradient)), gradient, BACKWARD)
    for left, title, below, colour in (
        (
            10,
            sheet.say("forward: copied", "前向：复制"),
            sheet.say("once for each row of z", "z 的每一行一份"),
            FORWARD,
        ),
        (
            316,
            sheet.say("backward: added up", "反向：求和"),
            sheet.say("the rows of ∂L/∂z", "∂L/∂z 的各行"),
            BACKWARD,
        ),
    ):
        sheet.text(title, left, 22, "lm", SMALL, colour)
        sheet.text(below, left + 275, 236, "rm", SMALL, GREY)


def half(sheet: Sheet, left: float, one: tuple[str, np.ndarray], many: np.ndarray, colour: str) -> None:
    """A row with its name, and the rows it is copied to, or that are added up to it."""
    name, row = one
    cell, pitch, middle = (52, 40), 54, 133
    sheet.text(name, left + 54, middle - 38, size=SMALL, colour=colour)
    sheet.matrix((left + 2, middle - 20), [[number(each) for each in row]], cell=cell, colour=colour)
    for place, values in enumerate(many):
        y = middle + pitch * (place - 1)
        sheet.matrix((left + 168, y - 20), [[number(each) for each in values]], cell=cell, colour=colour)
        ends = (left + 112, float(middle)), (left + 162, float(y))
        sheet.arrow(*(ends if colour == FORWARD else ends[::-1]), colour)


FIGURES = {"linear-paths": draw_paths, "copy-sum": draw_copy}
