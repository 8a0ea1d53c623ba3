"""The heat maps: each row says of its own gradient whether that is right."""

from __future__ import annotations

import pytest

from charmlp.doctor.diagnosis import Comparison, Diagnosis
from charmlp.doctor.figure import heat_maps, is_wrong
from charmlp.doctor.mistake import Mistake

GOOD = Comparison("x", [[1.0, 2.0]], [[1.0, 2.0 + 1e-9]])
TWICE = Comparison("weight", [[2.0, 4.0]], [[1.0, 2.0]])
SUMMED = Comparison("bias", [[1.0, 2.0]], [[1.0, 2.0]])  # by the engine: its shape was wrong
MISTAKES = (
    Mistake("factor-two", "twice", {"inputs": "weight"}),
    Mistake("batch-not-summed", values={"inputs": "bias"}),
)
LAYER = Diagnosis("net.py:Layer", "linear", MISTAKES, comparisons=(GOOD, TWICE, SUMMED))


@pytest.mark.parametrize(
    ("comparison", "mistakes", "wrong"),
    [
        (GOOD, MISTAKES, False),
        (TWICE, MISTAKES, True),
        (SUMMED, MISTAKES, True),
        (TWICE, (), True),
        (SUMMED, (), False),
        (GOOD, (Mistake("unstable", "forward"),), False),
    ],
)
def test_a_gradient_is_judged_by_itself(
    comparison: Comparison, mistakes: tuple[Mistake, ...], wrong: bool
) -> None:
    assert is_wrong(Diagnosis("f", None, mistakes), comparison) is wrong


def test_each_row_says_so() -> None:
    figure = heat_maps([LAYER])
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    said = [title.splitlines()[0].split("∂L/∂")[1].split() for title in titles if "∂L/∂" in title]
    assert said == [["x", "right"], ["weight", "wrong"], ["bias", "wrong"]]
