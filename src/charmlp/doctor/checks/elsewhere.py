"""Inputs that are not the usual ones: exact zeros, equal ones, one row for all, a dimension more."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from charmlp.doctor.arrangement import GUESSED, random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.code import with_helpers
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.subject import copies
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial
from charmlp.doctor.setups.variants import is_right, two_alike, with_one_row

STEP = 1e-5
# What tells that code is written for any number of dimensions, and that it asks whether something is 0
LAST_TWO = r"swapaxes\([^()]*-[12]|transpose\(-[12]|\.mT\b"
ANY_DIMENSIONS = re.compile(rf"flatten|reshape|\.view\(|numel|\.shape\[-|\.shape\[:-1\]|{LAST_TWO}")
GATHERS = re.compile(r"flatten|reshape|\.view\(|numel|\.shape\[:-1\]")
SUMS_ROWS = re.compile(r"(axis|dim) ?= ?0|\b(sum|mean)\(0\)")  # as of two dimensions
ASKS_FOR_ZERO = re.compile(r"[!=]= ?0(\.0*)?\b")


def code_of(setup: SetUp) -> str:
    return "\n".join(map(source_of, setup.first.subject.code))


def with_transposes(setup: SetUp) -> str:
    """The code, and the helper in which it may swap its last two dimensions."""
    helpers = [source_of(one) for one in with_helpers(setup.first.subject.code)]
    return "\n".join([code_of(setup), *(each for each in helpers if re.search(LAST_TWO, each))])


def divides_by_input(setup: SetUp, code: str) -> bool:
    """Whether the code divides by one of the inputs, or by what it makes of one: x / abs(x), y / self.x."""
    subject = setup.first.subject
    names = "|".join(re.escape(subject.name_of(i)) for i in range(len(setup.first.values)))
    return re.search(rf"/ ?[(\w.]*\b({names})\b", code) is not None


def zeros(setup: SetUp) -> Iterator[Finding]:
    """Inputs some of which are 0, where forward is smooth and the ordinary gradients are right."""
    trial, code = setup.first, code_of(setup)
    if not (ASKS_FOR_ZERO.search(code) or divides_by_input(setup, code)) or not setup.is_right:
        return
    for position, wants in enumerate(trial.wants):
        if not wants or trial.values[position].size < 5:
            continue
        value = trial.values[position].copy()
        value.flat[::5] = 0  # fewer than what is taken for kinks
        there = replace(
            trial, values=[value if i == position else other for i, other in enumerate(trial.values)]
        )
        yield from at_zero(there, position)


def at_zero(trial: Trial, position: int) -> Iterator[Finding]:
    try:
        if not all(np.isfinite(y).all() for y in trial.outputs):
            return
        returned = trial.returned(trial.record(trial.upstreams[0])) or []
        gradient = returned[position] if position < len(returned) else None
        if not isinstance(gradient, np.ndarray) or gradient.shape != trial.values[position].shape:
            return
        if np.isnan(gradient).any():
            yield finding("unstable.zero", phrase("extreme", found="nan", size="0"))
            return
        own = replace(trial, form=None)
        observed = observe(own)
    except Exception:
        return
    if observed is None or observed.is_right(position):
        return
    a, n = observed.analytic[position], observed.right[position]
    if a is None or n is None:
        return
    wrong = abs(a - n).reshape(len(own.upstreams), -1).max(0) > 1e-5 * abs(n).max()
    wrong = own.jacobians[position].coordinates[wrong]
    zero = own.values[position].flat[wrong] == 0
    if len(wrong) and zero.all() and all(is_smooth(own, position, int(i)) for i in wrong):
        yield finding("wrong-mask.zero", phrase("where-zero"), at=position)


def is_smooth(trial: Trial, position: int, coordinate: int) -> bool:
    """Whether the slopes of forward on both sides of a coordinate are the same."""

    def outputs(step: float) -> Array:
        values = copies(trial.values)
        values[position].flat[coordinate] += step
        return np.concatenate([np.ravel(y) for y in trial.forward(values)])

    left, right = outputs(0) - outputs(-STEP), outputs(STEP) - outputs(0)
    return bool(abs(left - right).max() <= 1e-3 * max(abs(left).max(), abs(right).max()))


# Two inputs of one shape


def equal_inputs(setup: SetUp) -> Iterator[Finding]:
    """Two inputs that are equal: their gradients must add up to what both together change.

    max(x, o) may hand g to either of them or share it, but not to both.
    """
    if not two_alike(setup):
        return
    trial, x = setup.first, setup.first.values[0]
    there = trial.with_values([x, x.copy()])
    both = np.concatenate([np.ravel(y) for y in trial.upstreams[0]])

    def moved(step: float) -> Array:
        return np.concatenate([np.ravel(y) for y in there.forward([x + step, x + step])])

    try:
        found = there.returned(there.record(trial.upstreams[0])) or []
        together = float(sum(np.sum(gradient) for gradient in found[:2]))
        left, right = (float(both @ (moved(a) - moved(b))) / STEP for a, b in ((0, -STEP), (STEP, 0)))
    except Exception:
        return
    scale = max(abs(left), abs(right))
    if abs(left - right) > 1e-3 * scale or not np.isfinite([left, right, together]).all():
        return
    ratio = together / left if left else 0.0
    if ratio > 1.01:
        yield finding("ties.equal", phrase("ties-equal", found=f"{ratio:.3g}"), found=f"{ratio:.3g}")


# What is raised where a gradient of all rows is added to that of one
SHAPES_DIFFER = re.compile(r"broadcast|shape|size of tensor", re.IGNORECASE)
# What tells that inputs of several shapes are meant: their shapes are kept, or it speaks of it
MEANT_FOR_ROWS = re.compile(
    r"self\.\w*shapes?\w*( *,.*)? = |\.shape\b(?!\[).*\.shape\b(?!\[)|broadcast|广播|\b(sum|reduce)_to\b"
    r"|\b(fewer|less) (elements|entries|numbers|rows)\b"
    r"|\b(is|are|gets?) repeated\b|\bany shapes?\b|\bdifferent shapes\b",
    re.IGNORECASE,
)
KEEPS_ONE = re.compile(r"keepdims?\s*=\s*True")  # then a row of shape (1, C) is meant as well


def one_row_for_all(setup: SetUp) -> Iterator[Finding | Phrase]:
    """One row in the place of a matrix: where forward takes it for all rows, its gradient is their sum.

    It is a mistake where the code shows that this is meant: it keeps the inputs' shapes, or its file has a
    function or a sentence for it.
    """
    trial = setup.first
    if not two_alike(setup) or trial.outputs[0].shape != trial.values[0].shape:
        return
    for position in (1, 0):
        there = with_one_row(trial, position)
        if there is None:
            continue
        record, shape = there.record(there.upstreams[0]), there.values[position].shape
        gradient = next(iter((there.returned(record) or [])[position:]), None)
        words = {"input": trial.subject.name_of(position), "expected": str(shape)}
        if isinstance(gradient, np.ndarray) and gradient.shape == shape:
            return  # x + b, with b as a row, is what is meant
        if isinstance(gradient, np.ndarray):
            shapes = phrase("shape", found=str(gradient.shape), **words)
        elif record.stage == "backward" and SHAPES_DIFFER.search(record.error_text):
            shapes = phrase("raises", error=record.error_text)
        else:
            continue
        keeps_one = KEEPS_ONE.search("\n".join(map(source_of, with_helpers(setup.first.subject.code))))
        if MEANT_FOR_ROWS.search(about(setup)) and (keeps_one or not takes_flat_row(trial, position)):
            yield finding("batch-not-summed", shapes, at=position)
        else:
            yield phrase("one-row", **words)
        return


def takes_flat_row(trial: Trial, position: int) -> bool:
    """Whether a row of shape (C,) is given a right gradient of that shape: then that is what is used."""
    there = with_one_row(trial, position, flat=True)
    if there is None or not is_right(there):
        return False
    given = (there.returned(there.record(there.upstreams[0])) or [])[position:]
    return bool(given) and np.shape(given[0]) == there.values[position].shape


def about(setup: SetUp) -> str:
    """The code, and what its class and its file say of themselves."""
    said = [code_of(setup)]
    for function in setup.first.subject.code:
        around = getattr(function, "__globals__", {})
        owner = around.get(getattr(function, "__qualname__", "").partition(".")[0])
        said += [str(around.get("__doc__") or ""), str(getattr(owner, "__doc__", None) or "")]
        said += [name for name, thing in around.items() if callable(thing)]  # unbroadcast
    return "\n".join(said)


def further_dimensions(setup: SetUp) -> Iterator[Finding]:
    """A layer whose code is written for any number of dimensions is given one more."""
    trial, code = setup.first, code_of(setup)
    if trial.form is None or np.ndim(trial.values[0]) != 2:
        return
    if not ANY_DIMENSIONS.search(with_transposes(setup)):
        return
    if not setup.is_right or (SUMS_ROWS.search(code) and not GATHERS.search(code)):
        return  # what sums over axis 0 alone is meant for rows
    x = trial.values[0]
    wide = np.stack([x, random_numbers(x.shape, np.random.default_rng(9)).astype(x.dtype)])
    there = replace(
        trial, values=[wide, *trial.values[1:]], arrangement=GUESSED, kind=UNKNOWN, form=None, sizes={},
    )  # fmt: skip
    try:
        rows = [trial.forward([one, *trial.values[1:]])[0] for one in wide]
        same = np.allclose(np.stack(rows), there.outputs[0])
        returned = there.returned(there.record(there.upstreams[0])) or []
        observed = observe(there)
    except Exception:
        return
    if not same:
        return  # more dimensions are something else here
    for position, wants in enumerate(trial.wants):
        gradient = returned[position] if position < len(returned) else None
        if not wants or not isinstance(gradient, np.ndarray):
            continue
        shapes = phrase("further-shape", shape=str(wide.shape))
        if gradient.shape != there.values[position].shape:
            yield finding("batch-not-summed", shapes, at=position)
        elif observed is not None and not observed.is_right(position):
            yield finding("path-forgotten.dimensions", shapes, at=position)
