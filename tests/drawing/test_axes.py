"""Numbers along the edges of a part of a canvas, and where they put what is drawn there."""

from __future__ import annotations

import doctest

import pytest

from charmlp.drawing import axes
from charmlp.drawing.axes import Panel, beside, ticks
from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLUE
from charmlp.drawing.marks import Text


def panel(x: tuple[float, float] = (0, 10), y: tuple[float, float] = (-1, 1), **options: bool) -> Panel:
    return Panel(Canvas(400, 400), (100, 20, 390, 320), x, y, **options)


def test_a_panel_puts_numbers_in_their_places() -> None:
    here = panel()
    assert (
        here.place(0, -1) == (100, 320) and here.place(10, 1) == (390, 20) and here.place(5, 0) == (245, 170)
    )


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.99, 1.01), (-1e-9, 1e-9), (0, 3e8), (1, 250)])
def test_ticks_are_a_few_round_numbers(low: float, high: float) -> None:
    found = list(ticks(low, high))
    assert 2 <= len(found) <= 9 and all(low <= number <= high for number in found)


def test_powers_are_numbered_by_what_they_stand_for() -> None:
    here = panel(y=(-1.2, 3.1), powers=True)
    here.axes("loss", numbered=False)
    assert here.canvas.texts[:-1] == ["0.1", "1", "10", "100", "1000"]


def test_a_label_lies_within_the_panel() -> None:
    here = panel()
    for x, y, anchor in ((1, 0, "lm"), (10, 0, "rm"), (9.9, -1, "rm")):
        at = here.place(x, y)
        label_x, label_y, found = beside(at, 60, here)
        assert found == anchor and 20 < label_y < 320
        assert 100 < (label_x if anchor == "lm" else label_x - 60) < 390 - (60 if anchor == "lm" else 0)


def test_few_points_of_a_curve_are_marked() -> None:
    few, many = panel(), panel()
    few.curve([1, 2], [0, 0.5], BLUE)
    many.curve([number / 10 for number in range(40)], [0.5] * 40, BLUE)
    assert [mark.dots for mark in (few.canvas.marks[0], many.canvas.marks[0])] == [True, False]
    many.curve([], [], BLUE)
    assert len(many.canvas.marks) == 1


@pytest.mark.parametrize(
    ("curve", "corner"),
    [
        ([0.9, -0.9], (True, True)),
        ([-0.9, 0.9], (True, False)),
        ([0.95, 0.95], (True, False)),
        ([0.9, 0.9, 0.9, -0.9, 0.9], (False, False)),
    ],
)
def test_a_legend_covers_no_curve(curve: list[float], corner: tuple[bool, bool]) -> None:
    """Where it lies: right or left, upper or lower."""
    here = panel()
    here.curve([10 * at / (len(curve) - 1) for at in range(len(curve))], curve, BLUE)
    here.legend({BLUE: "training"})
    name = here.canvas.marks[-1]
    assert isinstance(name, Text)
    assert (name.x > 245, name.y < 170) == corner


def test_a_legend_has_a_place_where_curves_are_everywhere() -> None:
    here = panel()
    for height in (-0.95, 0.95):
        here.curve([0, 10], [height, height], BLUE)
    here.legend({BLUE: "training"})
    assert here.canvas.texts == ["training"]


def test_the_examples_of_the_code() -> None:
    assert doctest.testmod(axes).attempted and doctest.testmod(axes).failed == 0
