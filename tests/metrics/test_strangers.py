"""How many pictures look like nothing that a model was trained with, and what is said of it."""

from __future__ import annotations

import pytest

from charmlp.metrics.strangers import LEAST_TOGETHER, Strangers
from tests.modelfile.making import familiarity


def counted(*values: float) -> Strangers:
    strangers = Strangers(familiarity(limit=9, tenth=4))
    for number, value in enumerate(values):
        strangers.add(f"{number}.png", value)
    return strangers


@pytest.mark.parametrize("values", [(), (1.0,), (9.0,), (5.0,) * 20, (5.0,) * 4 + (1.0,) * 96])
def test_control_nothing_is_said_of_letters_of_its_kind(values: tuple[float, ...]) -> None:
    assert counted(*values).line() is None


def test_one() -> None:
    line = counted(9.1).line()
    assert line == "0.png: like nothing that the model was trained with; do not trust what is read there"


def test_some_of_many() -> None:
    line = counted(1.0, 9.5, 12.0, 9.7, *[0.0] * 7).line()
    assert (
        line is not None and line.startswith("3 of 11 images are like nothing") and "strangest 2.png;" in line
    )


def test_many_together_of_which_no_single_one_is_odd() -> None:
    strangers = counted(*[5.0] * 40, *[0.0] * 60)
    assert strangers.odd == 0 and strangers.are_other
    line = strangers.line()
    assert line is not None and line.startswith("40 of 100 images are stranger") and line.endswith("is 0.png")


def test_few_are_not_judged_together() -> None:
    assert counted(*[5.0] * LEAST_TOGETHER).are_other
    assert not counted(*[5.0] * (LEAST_TOGETHER - 1)).are_other
