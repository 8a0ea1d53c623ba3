"""Trials of an operation of no known kind, and with inputs that the user gives."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.arrangement import Arrangement, Sizes, random_numbers
from charmlp.doctor.kind import Kind
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.building import OPTIONS, Build, fill_options
from charmlp.doctor.operation.subject import Subject
from charmlp.doctor.setups.recognition import agreeing_form, counts
from charmlp.doctor.setups.trial import Trial, is_real
from charmlp.doctor.words import one_line

LABELS = "label"
DTYPES = (torch.float64, torch.float32)
# Where forward is finite: everywhere, where x > 0 (a logarithm), or between 0 and 1 (probabilities)
DOMAINS: tuple[Callable[[Tensor], Tensor], ...] = (torch.Tensor.clone, torch.abs, torch.sigmoid)


def guessed_trial(build: Build, sizes: Sizes, seed: int = 0) -> Trial:
    """The first usual shapes of inputs with which forward and backward run, else the first for forward alone.

    Raises `CannotExamineError` where forward runs with none.
    """
    errors: list[Exception] = []
    forward_only = None
    for dtype in DTYPES:
        subject = build(sizes, dtype)
        for recipe, domain in itertools.product(recipes(subject, sizes), DOMAINS):
            values = [domain(v) if is_real(v) else v for v in fill_recipe(subject, recipe, dtype, seed)]
            fillers = fill_options(subject, len(values))
            if fillers is None:
                continue
            trial = Trial(subject, values, sizes_of(values), fillers=fillers)
            if not runs(trial, dtype, errors) or not all(y.isfinite().all() for y in trial.outputs):
                continue
            if trial.returned(trial.record(trial.upstreams[0])) is not None:
                return trial
            forward_only = forward_only or trial  # shapes may fit forward by luck
    if forward_only is not None:
        return forward_only
    raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")


def runs(trial: Trial, dtype: torch.dtype, errors: list[Exception]) -> bool:
    """Whether forward runs in this dtype; what it raises joins the errors."""
    try:
        return trial.outputs[0].dtype != torch.float32 or dtype == torch.float32
    except Exception as error:
        errors.append(error)
        return False


def recipes(subject: Subject, sizes: Sizes) -> Iterator[list[Any]]:
    """Shapes to try, one for each input; "label" stands for a class index a row."""
    matrices = [p for p in subject.parameters.values() if p.dim() >= 2]
    d = int(matrices[0].shape[1]) if matrices else sizes["D"]  # what a module's first weight takes
    n, k = sizes["N"], sizes["K"]
    counts = [1, 2, 3]
    if subject.required is not None:
        inputs = subject.required[: len(subject.required) - len(subject.parameters)]
        counts = [len([name for name in inputs if name not in OPTIONS])]
        if not subject.parameters:
            counts += range(counts[0] - 1, 0, -1)  # the last may be options
    usual: dict[int, list[list[Any]]] = {
        2: [[(n, k), LABELS]],
        3: [[(n, d), (k, d), (k,)], [(n, d), (d, k), (k,)]],
    }
    less_usual: dict[int, list[list[Any]]] = {
        2: [[(n, d), (k, d)], [(n, d), (d, k)], [(n, d), (d,)], [(n, k, d), (n, d, k)]],
        3: [[(n, d), (d,), (d,)]],
    }
    for count in filter(None, counts):
        yield from usual.get(count, [])
        yield [(n, d)] * count
        yield from less_usual.get(count, [])
        yield from ([shape] * count for shape in ((n,), (), (n, 3, 8, 8)))


def fill_recipe(subject: Subject, recipe: Sequence[Any], dtype: torch.dtype, seed: int) -> list[Any]:
    """Numbers of these shapes, and a module's own parameters; random ones where all are the same."""
    generator = torch.Generator().manual_seed(seed)
    values: list[Any] = []
    for shape in recipe:
        if shape == LABELS:
            n, k = values[0].shape
            values.append(torch.randint(k, (n,), generator=generator))
        else:
            values.append(random_numbers(shape, generator).to(dtype))
    for parameter in subject.parameters.values():
        flat = parameter.unique().numel() < 2
        values.append((random_numbers(parameter.shape, generator) if flat else parameter.clone()).to(dtype))
    return values


def sizes_of(values: Sequence[Any]) -> dict[str, int]:
    """N and C as far as the first input's shape tells them."""
    first = next((v for v in values if isinstance(v, Tensor)), None)
    if first is None or first.dim() == 0:
        return {}
    return {"N": first.shape[0]} | ({"C": first.shape[1]} if first.dim() == 2 else {})


def given_trial(build: Build, inputs: Sequence[Any], meant: str | None, *, said: bool) -> Trial:
    """The user's own inputs, in float64 where forward takes it; `said`: taken for nothing but `meant`."""
    errors: list[Exception] = []
    for dtype in DTYPES:
        subject = build({"N": 5, "D": 7, "K": 3, "C": 3}, dtype)
        values = [value.detach().to(dtype) if is_real(value) else value for value in inputs]
        values += [parameter.clone().to(dtype) for parameter in subject.parameters.values()]
        trial = Trial(subject, values, sizes_of(values), fillers=fill_options(subject, len(values)) or [])
        if runs(trial, dtype, errors):
            candidates = [kinds()[meant]] if said and meant else kinds().values()
            return recognised(trial, sorted(candidates, key=lambda kind: kind.name != meant), meant)
    raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")


def recognised(trial: Trial, candidates: Sequence[Kind], meant: str | None) -> Trial:
    """The trial with what its forward shows it to be; a kind that is meant needs only to fit."""
    for kind in candidates:
        fitting = [bound for bound in (bind(trial, a, kind) for a in kind.arrangements) if bound is not None]
        for bound in fitting:
            form = agreeing_form(bound)
            if counts(form, kind.name == meant):
                return replace(bound, form=form)
        if kind.name == meant and fitting:
            return fitting[0]
    return trial


def bind(trial: Trial, arrangement: Arrangement, kind: Kind) -> Trial | None:
    """The values taken as this arrangement; None where they do not fit."""
    if len(arrangement.slots) != len(trial.values):
        return None
    pairs = zip(arrangement.slots, trial.values, strict=True)
    if any(not isinstance(v, Tensor) or v.is_floating_point() == slot.is_index for slot, v in pairs):
        return None
    try:
        sizes = arrangement.sizes_of(arrangement.variables(trial.values))
    except Exception:
        return None
    return replace(trial, arrangement=arrangement, kind=kind, sizes=sizes)
