"""Trials of an operation of no known kind."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Sizes, random_labels, random_numbers
from charmlp.doctor.functions import FLOAT32, FLOAT64, Array, sum_to
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.conditions import fulfilled
from charmlp.doctor.operation.function_inputs import BATCH
from charmlp.doctor.operation.options import fill_options, option
from charmlp.doctor.operation.subject import Build, Subject, is_real
from charmlp.doctor.setups.combining import combinations
from charmlp.doctor.setups.recipes import (
    DOMAINS,
    ONE_HOT,
    OPTION,
    PLACES,
    SIGNS,
    WORDS_2D,
    among_options,
    every_recipe,
    is_of_array,
    takes_options,
)
from charmlp.doctor.setups.said_shapes import BINARY, INTEGERS, NUMBER
from charmlp.doctor.setups.shapes import ANGLE, INDEX, LABELS, Shape
from charmlp.doctor.setups.trial import Trial, is_label
from charmlp.doctor.words import one_line

DTYPES = (FLOAT64, FLOAT32)
OWN_AFTER = 1.0  # seconds of processor time, after which the file's own run is asked for shapes


def guessed_trial(build: Build, sizes: Sizes, seed: int = 0, flags: bool = True) -> Trial:
    """The first usual shapes of inputs with which forward and backward run, and to which gradients fit.

    Else the first with which both run, else forward alone: shapes may fit forward by luck. Raises
    `CannotExamineError` where forward runs with none.
    """
    errors: list[Exception] = []
    running = forward_only = as_labels = None
    late = time.process_time() + OWN_AFTER
    for dtype in DTYPES:
        subject = build(sizes, dtype)
        for recipe, domain in every_recipe(subject, sizes, errors):
            if running is not None and subject.counts and takes_options(subject, recipe):
                continue
            if time.process_time() > late:
                late = math.inf
                if (own := trial_of_own_shapes(subject, dtype, seed, flags, sizes)) is not None:
                    return own
            trial = filled_trial(subject, recipe, domain, sizes, dtype, seed, flags)
            if trial is None or not runs(trial, dtype, errors):
                continue
            returned = trial.returned(trial.record(trial.upstreams[0]))
            if returned is not None and fit(trial.values, returned):
                if not is_input(trial, recipe, returned):
                    return trial
                as_labels = as_labels or trial
                continue
            if returned is not None and (other := with_shapes_of(returned, trial, dtype)) is not None:
                return other
            if returned is not None:
                running = running or trial
            forward_only = forward_only or trial
    if as_labels is not None:
        return as_labels
    if running is None and late < math.inf:
        own = trial_of_own_shapes(build(sizes, FLOAT64), FLOAT64, seed, flags, sizes)
        if own is not None:
            return own
    if running is None and (combined := combined_trial(build, sizes, seed, flags)) is not None:
        return combined
    if running is not None or forward_only is not None:
        return running or forward_only  # type: ignore[return-value]
    raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")


def filled_trial(
    subject: Subject, recipe: Sequence[Any], domain: Callable[[Array], Array], sizes: Sizes,
    dtype: np.dtype, seed: int, flags: bool,
) -> Trial | None:  # fmt: skip
    """It with numbers of these shapes; None where an option is missing."""
    values = [
        np.asarray(domain(v)) if is_real(v) else v  # a function of a single number gives no array
        for v in fill_recipe(subject, recipe, dtype, seed, flags)
    ]
    values = [
        fulfilled(v, subject.conditions.get(subject.name_of(i), ())) if is_real(v) else v
        for i, v in enumerate(values)
    ]
    values = [
        np.full(1, float(len(values[0])), dtype) if is_real(v) and is_size(subject, i) else v
        for i, v in enumerate(values)
    ]
    fillers = fill_options(subject, len(values), flags)
    if fillers is None:
        return None
    return Trial(subject, values, subject.sizes or sizes_of(values, n=sizes["N"]), fillers=fillers)


def is_size(subject: Subject, position: int) -> bool:
    """Whether a tensor is the size of the batch, by its name."""
    name = subject.name_of(position)
    return position > 0 and name in subject.arrays and BATCH.fullmatch(name) is not None


def is_input(trial: Trial, recipe: Sequence[Any], returned: Sequence[Any]) -> bool:
    """Whether what was taken for labels is an input as x is: y has a gradient and the output's shape."""
    if not trial.subject.counts or trial.outputs[0].ndim < 2:
        return False
    return any(
        shape[:1] == (ONE_HOT,) and np.shape(g) == trial.outputs[0].shape
        for shape, g in zip(recipe, returned, strict=False)
    )


def with_shapes_of(returned: Sequence[Any], trial: Trial, dtype: np.dtype) -> Trial | None:
    """It with the shapes of its gradients, where forward runs with these as well: a bias may be (K, 1)."""
    generator, values = np.random.default_rng(2), list(trial.values)
    for i, (value, g) in enumerate(zip(trial.values, returned, strict=False)):
        if is_real(value) and is_real(g) and np.shape(value) != g.shape:
            if g.ndim != value.ndim:
                return None
            values[i] = random_numbers(g.shape, generator).astype(value.dtype)
    there = replace(trial, values=values)
    if not runs(there, dtype, []) or there.outputs[0].shape != trial.outputs[0].shape:
        return None
    again = there.returned(there.record(there.upstreams[0]))
    return there if again is not None and fits_exactly(values, again) else None


def trial_of_own_shapes(
    subject: Subject, dtype: np.dtype, seed: int, flags: bool, sizes: Sizes
) -> Trial | None:
    """One with the shapes of what the file's own run calls it with, if it does, and backward runs with it."""
    shapes = [] if subject.own_shapes is None else list(subject.own_shapes())
    while shapes and shapes[-1] is None:
        shapes.pop()
    names = [subject.name_of(i) for i, shape in enumerate(shapes) if shape is None]
    if not shapes or any(is_of_array(subject, name) for name in names):
        return None  # no call of it, or labels
    recipe = [OPTION if shape is None else shape for shape in shapes]
    trial = filled_trial(subject, recipe, DOMAINS[0], sizes, dtype, seed, flags)
    if trial is None or not runs(trial, dtype, []):
        return None
    return trial if trial.returned(trial.record(trial.upstreams[0])) is not None else None


def combined_trial(build: Build, sizes: Sizes, seed: int, flags: bool) -> Trial | None:
    """Of a Function of torch, one with shapes that forward takes and that its gradients have."""
    subject = build(sizes, FLOAT64)
    if not subject.counts or subject.required is None:
        return None
    names = [name for name in subject.required if is_of_array(subject, name)]
    for shapes in combinations(names, list(map(is_label, names)), sizes) if names else ():
        recipe = among_options(subject, shapes)
        trial = filled_trial(subject, recipe, DOMAINS[0], sizes, FLOAT64, seed, flags)
        if trial is None or not runs(trial, FLOAT64, []):
            continue
        returned = trial.returned(trial.record(trial.upstreams[0]))
        if returned is not None and fits_exactly(trial.values, returned):
            return trial
    return None


def fits_exactly(values: Sequence[Any], returned: Sequence[Any]) -> bool:
    """Whether each gradient has its input's shape, and there is one for each input, but for constants."""
    pairs = [(value, g) for value, g in zip(values, returned, strict=False) if is_real(g)]
    return fit(values, returned) and all(np.shape(value) == g.shape for value, g in pairs)


def fit(values: Sequence[Any], returned: Sequence[Any]) -> bool:
    """Whether each gradient has the shape of its input, or could be summed to it, and one of them is not 0.

    A gradient that should have been summed is a mistake; inputs of one row would only hide it.
    """
    pairs = [(value, g) for value, g in zip(values, returned, strict=False) if is_real(value) and is_real(g)]
    return all(sum_to(g, value.shape) is not None for value, g in pairs) and any(g.any() for _, g in pairs)


def runs(trial: Trial, dtype: np.dtype, errors: list[Exception]) -> bool:
    """Whether forward runs in this dtype and gives numbers, all finite; what it raises joins the errors."""
    try:
        same = trial.outputs[0].dtype != np.float32 or dtype == np.float32
        return same and all(y.size and np.isfinite(y).all() for y in trial.outputs)
    except Exception as error:
        errors.append(error)
        return False


def fill_recipe(
    subject: Subject, recipe: Sequence[Any], dtype: np.dtype, seed: int, flags: bool = True
) -> list[Any]:
    """Numbers of these shapes, and an object's own arrays; random ones where all are the same."""
    generator = np.random.default_rng(seed)
    values: list[Any] = []
    for shape in recipe:
        if shape == INDEX:
            values.append(1)
        elif shape == OPTION:
            values.append(option(subject, subject.name_of(len(values)), flags))
        elif shape == LABELS:
            rows = np.shape(values[0])[:1] if values else rows_of(recipe)
            values.append(generator.integers(3, size=rows or (5,)))
        elif shape == PLACES:
            values.append(generator.integers(2, size=(2, 5)))  # of four elements, so that one is there twice
        elif shape == WORDS_2D:
            values.append(generator.integers(3, size=(5, 4)))
        elif shape[:1] == (NUMBER,):
            values.append(shape[1])
        elif shape[:1] == (INTEGERS,):
            values.append(generator.integers(2, size=shape[1:]))
        elif shape[:1] == (BINARY,):
            values.append((random_numbers(shape[1:], generator) > 0).astype(dtype))
        elif shape[:1] == (SIGNS,):
            values.append(np.sign(random_numbers(shape[1:], generator)).astype(dtype))
        elif shape[:1] == (ONE_HOT,):
            values.append(random_labels(shape[1:], generator).astype(dtype))
        elif ANGLE.fullmatch(name := subject.name_of(len(values))) and len(shape) > 1:
            values.append(of_angle(name, shape).astype(dtype))
        else:
            values.append(random_numbers(shape, generator).astype(dtype))
    for parameter in subject.parameters.values():
        same = np.unique(parameter).size < 2
        values.append((random_numbers(parameter.shape, generator) if same else parameter).astype(dtype))
    return values


def rows_of(recipe: Sequence[Any]) -> tuple[int, ...]:
    """How many rows the first array has of which a recipe says the shape."""
    return next((shape[:1] for shape in recipe if isinstance(shape, tuple)), ())


def of_angle(name: str, shape: Shape) -> Array:
    """Cosines or sines of one angle a row: so it does not matter which numbers make a pair."""
    angle = np.random.default_rng(11).uniform(0.3, 1.2, size=(*shape[:-1], 1))
    turned = np.cos(angle) if name.lower().startswith("cos") else np.sin(angle)
    return np.broadcast_to(turned, shape).copy()


def sizes_of(values: Sequence[Any], n: int = 0) -> dict[str, int]:
    """N and C as far as the first input's shape tells them; samples are columns where there are `n`."""
    first = next((v for v in values if isinstance(v, np.ndarray)), None)
    if first is None or first.ndim == 0:
        return {}
    if first.ndim == 2 and first.shape[0] != n == first.shape[1]:
        return {"N": n, "C": first.shape[0]}
    return {"N": first.shape[0]} | ({"C": first.shape[1]} if first.ndim == 2 else {})
