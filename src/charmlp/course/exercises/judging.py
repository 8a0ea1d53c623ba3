"""Says of each answer whether it is right, and which mistake gives the number where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from charmlp.course.exercises import known
from charmlp.course.exercises.kind import Verdict
from charmlp.course.exercises.numbers import Array, close, same, shape_text
from charmlp.course.exercises.step import Slip, Step, Values
from charmlp.course.exercises.words import say
from charmlp.errors import DataError
from charmlp.text import shown_value

COARSE = 0.006  # how far off a number is that was rounded to two decimals
VAGUE = (  # what says little where another mistake gives the same numbers
    "wrong-formula", "cotangent", "constant-factor", "factor-two", "decimal-point", "order", "other-value",
    "one-example", "slope-of-other-layer", "wrong-unit", "slope-forgotten",
)  # fmt: skip

Tried: TypeAlias = Iterable[tuple[Slip, "Array | None"]]  # None: this slip cannot be made here


@dataclass(frozen=True)
class Explanation:
    """A mistake that gives the answer; `places` are the elements, () for all."""

    slip: Slip
    places: tuple[tuple[int, ...], ...] = ()


@np.errstate(all="ignore")  # somebody's numbers may have no logarithm, no root, or be 0 below a fraction
def judged(steps: Sequence[Step], right: Values, answers: Mapping[str, Any], language: str) -> list[Verdict]:
    """A verdict for each answer. What follows rightly from an earlier wrong answer is right."""
    theirs: dict[str, Array] = {
        name: value for name, value in right.items() if name not in {step.name for step in steps}
    }
    given = {step.name: array(answers[step.name], step.name) for step in steps}
    come_from: dict[str, set[str]] = {}  # answers that differ from the right ones, and where they went wrong
    verdicts = []
    for step in steps:
        answer = fitting(given[step.name], right[step.name].shape)
        if same(answer, right[step.name]):
            verdicts.append(Verdict(step.name, True))
        elif same(answer, step.value(theirs)):
            origins = set().union(*(come_from.get(name, set()) for name in step.roles.values()))
            come_from[step.name] = origins
            names = ", ".join(name for name in given if name in origins)
            text = say("follows", language, names=names) if names else ""  # else it only follows rounded ones
            verdicts.append(Verdict(step.name, True, text=text))
        else:
            verdicts.append(verdict(steps, right, step, answer, theirs, language))
            come_from[step.name] = {step.name}
        theirs[step.name] = answer if answer.shape == right[step.name].shape else right[step.name]
    return verdicts


def array(value: Any, name: str) -> Array:
    """Numbers of an answer; raises `DataError` for texts and for lists of different lengths."""
    text = first_text(value)
    if text is not None:
        raise DataError(f"{name}: a number is expected, not {shown_value(text)}")
    try:
        return np.array(value, dtype=float)
    except ValueError:
        raise DataError(
            f"{name}: its lists have different lengths; a number, a row or a matrix is expected"
        ) from None


def first_text(value: Any) -> str | None:
    if isinstance(value, list):
        return next((text for text in map(first_text, value) if text is not None), None)
    return value if isinstance(value, str) else None


def fitting(answer: Array, shape: tuple[int, ...]) -> Array:
    """The answer in the shape that is asked for, where only brackets around a row or a column differ."""
    is_column = len(shape) == 1 and answer.shape == (*shape, 1)
    if is_column or without_ones(answer.shape) == without_ones(shape):
        return answer.reshape(shape)
    return answer


def without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """
    >>> without_ones((1, 1, 3)), without_ones((3, 1))
    ((3,), (3, 1))
    """
    while shape[:1] == (1,):
        shape = shape[1:]
    return shape


def verdict(
    steps: Sequence[Step], right: Values, step: Step, answer: Array, theirs: Values, language: str
) -> Verdict:
    """What is wrong with an answer; raises `DataError` where it has another shape that no mistake gives."""
    found = likely(explanations(steps, right, step, answer, theirs))
    if not found:
        expected = right[step.name].shape
        if answer.shape != expected:
            raise DataError(f"{step.name}: expected {shape_text(expected)}, not {shape_text(answer.shape)}")
        return Verdict(step.name, False, None, say("unknown", language))
    sentences = [sentence(step, each, language) for each in found]
    text = sentences[0] if len(sentences) == 1 else say("or", language, one=sentences[0], other=sentences[1])
    first, *others = (each.slip.mistake for each in found)
    return Verdict(step.name, False, first, text, tuple(others))


def likely(explanations: Iterator[Explanation]) -> list[Explanation]:
    """The first, and another mistake that gives the same numbers, unless it says less than the first."""
    found: dict[str, Explanation] = {}
    for each in explanations:
        found.setdefault(each.slip.mistake, each)
    first = next(iter(found.values()), None)
    if first is None:
        return []
    others = [each for name, each in found.items() if not each.places and not name.startswith(VAGUE)]
    return [first, *(each for each in others[:2] if each is not first)][:2]


def explanations(
    steps: Sequence[Step], right: Values, step: Step, answer: Array, theirs: Values
) -> Iterator[Explanation]:
    """The mistakes that give the answer, those that say most first.

    Computed with the answers before it, and with the right values: the operation's own slips; a slip in
    single elements; what can happen anywhere; and at last the own slips, where they give the wrong elements,
    two or more of them: a single one is too easily met by chance.
    """
    bases = [theirs, right]
    own = [(slip, slipped(step, slip, base)) for base in bases for slip in step.operation.slips]
    yield from whole(own, answer)
    if answer.shape != right[step.name].shape:
        return
    for base in bases:
        yield from in_part(of_elements(step, base, answer), answer, step.value(base), least=1)
    for base in bases:
        yield from whole(anywhere(steps, right, step, base), answer)
    for base in bases:
        yield from in_part(own, answer, step.value(base), least=2)


def whole(tried: Tried, answer: Array) -> Iterator[Explanation]:
    """Of the slips those that give all of the answer."""
    yield from (Explanation(slip) for slip, value in tried if value is not None and same(answer, value))


def in_part(tried: Tried, answer: Array, expected: Array, least: int) -> Iterator[Explanation]:
    """Of the slips those that give all wrong elements of the answer, at `least` so many."""
    off = ~close(answer, expected)
    places = tuple(place for place in np.ndindex(off.shape) if off[place])
    for slip, value in tried if len(places) >= least else ():
        if value is not None and value.shape == answer.shape and close(answer, value)[off].all():
            yield Explanation(slip, places)


def slipped(step: Step, slip: Slip, values: Values) -> Array | None:
    """What the mistake gives, None where it cannot be made here."""
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(slip.function(step.variables(values)), dtype=float)
    except (KeyError, ValueError, IndexError):
        return None
    return value if np.isfinite(value).all() else None


def anywhere(
    steps: Sequence[Step], right: Values, step: Step, values: Values
) -> Iterator[tuple[Slip, Array]]:
    """A decimal point, elements in another order, the value of another name."""
    value = step.value(values)
    yield Slip("decimal-point", never), 10 * value
    yield Slip("decimal-point", never), value / 10
    for axis in range(value.ndim):
        for by in range(1, value.shape[axis]):
            yield Slip("order", never), np.roll(value, by, axis)
    for other in steps:
        if other.name != step.name:
            yield Slip("other-value", never, {"other": other.name}), right[other.name]


def of_elements(step: Step, values: Values, answer: Array) -> Iterator[tuple[Slip, Array]]:
    """Slips that hit one element and spare another: a sign, one term of its sum, rounding."""
    right = step.value(values)
    yield Slip("sign", never), -right
    if step.operation.terms is not None:
        terms = step.operation.terms(step.variables(values)).numbers
        if terms.shape[-1] > 1:
            for mistake, times in (("term-forgotten", 1), ("term-sign", 2)):
                yield Slip(mistake, never), nearest(right[..., np.newaxis] - times * terms, answer)
    coarse = np.where(abs(answer - right) <= COARSE, answer, np.nan)
    yield Slip("rounding", never), coarse


def nearest(candidates: Array, answer: Array) -> Array:
    """Of each element's candidates, along the last axis, the one that is nearest to the answer."""
    which = abs(candidates - answer[..., np.newaxis]).argmin(-1)
    return np.take_along_axis(candidates, which[..., np.newaxis], -1)[..., 0]


def never(values: Values) -> Array:
    """Of a slip whose numbers are made with the answer beside them."""
    raise KeyError


def sentence(step: Step, explanation: Explanation, language: str) -> str:
    """What is said of the mistake, and of which elements."""
    slip = explanation.slip
    if known.is_known(slip.mistake):
        text = known.text(slip, step.of, step.roles, language)
    else:
        text = say(f"slip.{slip.mistake}", language, name=step.name, **{**step.roles, **slip.values})
    if not explanation.places or not explanation.places[0]:
        return text
    places = ", ".join(f"({', '.join(str(at + 1) for at in place)})" for place in explanation.places)
    return say("in-elements", language, places=places, text=text)
