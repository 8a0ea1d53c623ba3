"""The same operation with other inputs: larger or smaller, one row for all rows, labels in another form."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import GUESSED, SIZES
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.operation.code import with_helpers
from charmlp.doctor.operation.source import definition, source_of
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.recognition import agrees
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial

TIMES = 5.0
FAR = 10.0
FARTHEST = 7.3  # beyond the 6 of what is cut there
MOST_NOISE = 1e-4  # of numeric differentiation, where numbers still tell right from wrong
MOST_NUMBERS = 200  # of all inputs together
CLEARLY = 1e-3  # a relative error that is none of rounding
# What keeps a logarithm finite: far out it is felt, and a gradient that leaves it out is none the worse
GUARDED_LOG = re.compile(r"\b(log\w*|clip|maximum|max)\([^\n]*(\d?e-\d+|\beps(ilon)?\b)")
ASKS_FOR_SHAPES = re.compile(r"\bif\b[^\n]*(\.(ndim|size|shape|dtype)\b|\blen\()")


def of_other_sizes(setup: SetUp) -> Iterator[Trial]:
    """It with larger numbers, and what is no known kind with smaller ones as well.

    What is cut at 3 or at 6 is something else far out, and a hinge closes there.
    """
    larger = () if setup.kind is UNKNOWN and guards_logarithm(setup) else (TIMES,)
    for by in (*larger, 1 / TIMES**2) if setup.kind is UNKNOWN else larger:
        if (there := scaled(setup, by)) is not None:
            yield there
    if setup.kind is UNKNOWN and (there := spread(setup)) is not None:
        yield there


def of_one_sample(setup: SetUp) -> Iterator[Trial]:
    """It with a batch of one, in which arrays lose a dimension, or one size is taken for another.

    With large numbers of both signs a single sample keeps its margin, as a whole batch seldom does.
    """
    try:
        there = setup.remake({**SIZES[0], **setup.first.sizes, "N": 1})
    except Exception:  # it is made for more
        return
    if there is None or not is_one_of_several(there, setup.first):
        return
    yield there
    if setup.kind is UNKNOWN and not guards_logarithm(setup):
        yield from (times(there, far) for far in (FAR, -FAR))


def is_one_of_several(one: Trial, several: Trial) -> bool:
    """Whether its inputs have one row where those have as many as a batch, and no other shapes."""
    n = SIZES[0]["N"]
    shapes = [tuple(1 if size == n else size for size in np.shape(value)) for value in several.values]
    return shapes == [np.shape(value) for value in one.values]


def guards_logarithm(setup: SetUp) -> bool:
    """Whether its code adds a small number inside a logarithm, or cuts what goes into one."""
    code = "\n".join(map(source_of, with_helpers(setup.first.subject.code)))
    return "log" in code and GUARDED_LOG.search(code) is not None


def spread(setup: SetUp) -> Trial | None:
    """What is computed of one matrix element by element, with numbers at equal distances, none 0.

    Where it is cut a little too early, some number lies between the two places.
    """
    trial = setup.first
    x = trial.values[0]
    alone = len(trial.values) == 1 and trial.wants[0] and is_any_number(x)
    if trial.coarse or not alone or x.size > MOST_NUMBERS or trial.outputs[0].shape != x.shape or not x.ndim:
        return None
    return trial.with_values([np.linspace(-FARTHEST, 0.97 * FARTHEST, x.size).reshape(x.shape)])


def one_at_a_time(setup: SetUp) -> SetUp | None:
    """It with upstream gradients of one element, where backward returns after the first that is not 0."""
    if not any(map(ends_at_first, setup.first.subject.code[:1])):
        return None
    return replace(setup, trials=tuple(replace(trial, one_at_a_time=True) for trial in setup.trials))


def ends_at_first(function: Callable[..., Any]) -> bool:
    """Whether a loop leaves out what is 0 and returns in its first other round."""
    tree = definition(function)
    return tree is not None and any(
        isinstance(loop, ast.For)
        and isinstance(loop.body[-1], ast.Return)
        and any(isinstance(one, ast.If) and is_left_out(one) for one in loop.body)
        for loop in ast.walk(tree)
    )


def is_left_out(branch: ast.If) -> bool:
    compared = re.fullmatch(r"\w+ == 0(\.0)?|not \w+", ast.unparse(branch.test))
    return compared is not None and isinstance(branch.body[0], ast.Continue)


def of_other_labels(setup: SetUp) -> Iterator[Trial]:
    """It with one-hot rows for class indices, or the reverse, where forward takes both and backward asks."""
    trial = setup.first
    if trial.form is None or not any(ASKS_FOR_SHAPES.search(source_of(one)) for one in trial.subject.code):
        return
    slots = trial.arrangement.slots
    for other in trial.kind.arrangements:
        pairs = list(zip(slots, other.slots, strict=False))
        changed = [i for i, (one, two) in enumerate(pairs) if one != two]
        if len(slots) != len(other.slots) or other.sizes != trial.arrangement.sizes or len(changed) != 1:
            continue
        (i,) = changed
        if slots[i].role is other.slots[i].role and slots[i].role.constant:
            values = list(trial.values)
            values[i] = other.slots[i].actual(trial.variables[slots[i].role.name])
            there = replace(trial, values=values, arrangement=other)
            if runs_as(there):
                yield there


def runs_as(trial: Trial) -> bool:
    """Whether forward is of its form there as well."""
    try:
        return trial.form is not None and agrees(trial, trial.form)
    except Exception:
        return False


def scaled(setup: SetUp, by: float) -> Trial | None:
    """It with numbers so many times as large.

    None where formulas seldom have pieces: it is made of what works element by element, or is no known kind.
    Nor are there larger numbers than a probability.
    """
    trial = setup.first
    alike = trial.outputs[0].shape == getattr(trial.values[0], "shape", None)
    size = sum(value.size for value in trial.values if is_real(value))
    bounded = any(slot.role.is_bounded for slot in trial.arrangement.slots)
    if size > MOST_NUMBERS or trial.coarse or bounded or not (alike or trial.kind is UNKNOWN):
        return None
    return times(trial, by)


def times(trial: Trial, by: float) -> Trial:
    """It with all numbers that it is differentiated by so many times as large."""
    pairs = zip(trial.values, trial.wants, strict=True)
    return trial.with_values([np.asarray(by * v) if wants and is_any_number(v) else v for v, wants in pairs])


def is_any_number(value: Any) -> bool:
    """Whether it holds other numbers than the answers to a question: 0 and 1, or −1 and 1."""
    return is_real(value) and not np.isin(value, (-1, 0, 1)).all()


def is_right(trial: Trial) -> bool | None:
    """Whether all its gradients are right; None where that cannot be told."""
    try:
        observed = observe(trial)
        if observed is None or trial.noise > MOST_NOISE:
            return None
        errors = [observed.relative_error(i) for i, wants in enumerate(trial.wants) if wants]
    except Exception:  # a logarithm of other numbers, a power that overflows
        return None
    known = [error for error in errors if error is not None]
    return max(known) <= CLEARLY if known and max(known) < float("inf") else None


def two_alike(setup: SetUp) -> bool:
    """Whether it takes two inputs of one shape and no others, and all gradients are right."""
    trial = setup.first
    alike = len(trial.values) == 2 and all(trial.wants) and trial.values[0].shape == trial.values[1].shape
    return alike and trial.values[0].ndim > 0 and setup.is_right


def with_one_row(trial: Trial, position: int, *, flat: bool = False) -> Trial | None:
    """It with one row in the place of a matrix, None where forward does not take that for all rows."""
    if trial.values[position].ndim < 2:
        return None
    values = list(trial.values)
    values[position] = values[position][0] if flat else values[position][:1]
    there = replace(trial, values=values, arrangement=GUESSED, kind=UNKNOWN, form=None, sizes={})
    repeated = [np.broadcast_to(value, trial.values[0].shape).copy() for value in values]
    try:
        return there if np.array_equal(there.outputs[0], trial.forward(repeated)[0]) else None
    except Exception:
        return None


def right_with_one_row(setup: SetUp) -> Iterator[Trial]:
    """Those with one row for all rows whose gradients are right."""
    if two_alike(setup):
        for position, flat in ((1, False), (1, True), (0, False), (0, True)):
            trial = with_one_row(setup.first, position, flat=flat)
            if trial is not None and is_right(trial):
                yield trial
