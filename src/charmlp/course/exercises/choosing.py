"""Of several draws the one whose numbers tell mistakes apart best."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TypeVar

from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.judging import slipped
from charmlp.course.exercises.numbers import Array, same
from charmlp.course.exercises.step import Step, Values

T = TypeVar("T")
CANDIDATES, DRAWS = 6, 3000


def clearest(
    draws: Iterator[T], is_fit: Callable[[T], bool], make: Callable[[T], Calculation]
) -> Calculation:
    """Of the first few draws that are fit, the one with the fewest mistakes that nothing shows.

    Where hardly any draw is fit, as in a network with one unit, the first draw is taken as it is.
    """
    first = next(draws)
    some = itertools.islice(itertools.chain([first], draws), DRAWS)
    fit = list(itertools.islice(filter(is_fit, some), CANDIDATES)) or [first]
    return min(map(make, fit), key=confusions)


def confusions(calculation: Calculation) -> int:
    """How many mistakes give the right number, or that of another mistake."""
    return sum(confusions_of(step, calculation.right) for step in calculation.steps)


def confusions_of(step: Step, right: Values) -> int:
    found: dict[str, Array] = {}
    for slip in step.operation.slips:
        value = slipped(step, slip, right)
        if value is not None:
            found.setdefault(slip.mistake, value)
    unseen = sum(same(value, right[step.name]) for value in found.values())
    return unseen + sum(same(a, b) for a, b in itertools.combinations(found.values(), 2))


def repeated(draw: Callable[[], T]) -> Iterator[T]:
    while True:
        yield draw()
