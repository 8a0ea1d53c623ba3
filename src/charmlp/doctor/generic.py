"""Set-ups for an operation of no known kind, and for inputs that the user gives."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.arrangements import ARRANGEMENTS, SHAPES, Arrangement, draw
from charmlp.doctor.kinds import agreeing_form, kind_of_name
from charmlp.doctor.rows import KINDS
from charmlp.doctor.runs import one_line
from charmlp.doctor.setups import SetUp
from charmlp.doctor.subjects import OPTIONS, Build, CannotExamineError, Subject, fill_options

LABELS = "label"
# Where forward is finite: everywhere, where x > 0 (a logarithm), or between 0 and 1 (probabilities)
DOMAINS: tuple[Callable[[Tensor], Tensor], ...] = (torch.Tensor.clone, torch.abs, torch.sigmoid)


def generic_setup(build: Build, sizes: Mapping[str, int], seed: int = 0) -> SetUp:
    """The first usual shapes of inputs with which forward and backward run, else the first for forward alone.

    Raises `CannotExamineError` where forward runs with none.
    """
    first_error, forward_only = None, None
    for dtype in (torch.float64, torch.float32):
        subject = build(sizes, dtype)
        for recipe, domain in itertools.product(recipes(subject, sizes), DOMAINS):
            values = [
                domain(v) if v.is_floating_point() else v for v in fill_recipe(subject, recipe, dtype, seed)
            ]
            fillers = fill_options(subject, len(values))
            if fillers is None:
                continue
            setup = SetUp(subject, values, sizes_of(values), fillers=fillers)
            try:
                finite = all(torch.isfinite(y).all() for y in setup.outputs)
            except Exception as error:
                first_error = first_error or error
                continue
            if not finite or (dtype == torch.float64 and setup.outputs[0].dtype == torch.float32):
                continue
            if setup.returned(setup.run(setup.cotangents[0])) is not None:
                return setup
            forward_only = forward_only or setup  # shapes may fit forward by luck
    if forward_only is not None:
        return forward_only
    raise CannotExamineError("does-not-run", reason=one_line(first_error) if first_error else "")


def recipes(subject: Subject, sizes: Mapping[str, int]) -> Iterator[list[Any]]:
    """Shapes to try, one an input; "label" stands for a class index a row."""
    n, d, k = sizes["N"], input_size(subject) or sizes["D"], sizes["K"]
    counts = [1, 2, 3]
    if subject.required is not None:
        inputs = subject.required[: len(subject.required) - len(subject.parameters)]
        counts = [len([name for name in inputs if name not in OPTIONS])]
    if subject.required is not None and not subject.parameters:
        counts += [c for c in range(counts[0] - 1, 0, -1) if c]  # the last may be options
    for count in filter(None, counts):
        matrices = [(n, d)] * count
        if count == 2:
            yield [(n, k), LABELS]
        if count == 3:
            yield [(n, d), (k, d), (k,)]
            yield [(n, d), (d, k), (k,)]
        yield matrices
        if count == 3:
            yield [(n, d), (d,), (d,)]
        if count == 2:
            yield from ([(n, d), (k, d)], [(n, d), (d, k)], [(n, d), (d,)], [(n, k, d), (n, d, k)])
        yield [(n,)] * count
        yield [()] * count
        yield [(n, 3, 8, 8), *[(n, 3, 8, 8)] * (count - 1)]


def input_size(subject: Subject) -> int | None:
    """The columns that a module's first weight takes."""
    matrices = [p for p in subject.parameters.values() if p.dim() >= 2]
    return int(matrices[0].shape[1]) if matrices else None


def fill_recipe(subject: Subject, recipe: Sequence[Any], dtype: torch.dtype, seed: int) -> list[Any]:
    generator = torch.Generator().manual_seed(seed)
    values: list[Any] = []
    for shape in recipe:
        if shape == LABELS:
            n, k = values[0].shape
            values.append(torch.randint(k, (n,), generator=generator))
        else:
            values.append(draw(shape, generator).to(dtype))
    for parameter in subject.parameters.values():
        flat = not bool(parameter.any()) or bool((parameter == parameter.reshape(-1)[0]).all())
        values.append((draw(parameter.shape, generator) if flat else parameter.clone()).to(dtype))
    return values


def sizes_of(values: Sequence[Any]) -> dict[str, int]:
    """N and C as far as the first input's shape tells them."""
    first = next((v for v in values if isinstance(v, Tensor)), None)
    if first is None or first.dim() == 0:
        return {}
    return {"N": first.shape[0]} | ({"C": first.shape[1]} if first.dim() == 2 else {})


def given_setup(build: Build, inputs: Sequence[Any], name: str, kind: str | None) -> tuple[SetUp, bool]:
    """The user's own inputs, in float64 where forward takes it; and whether its kind was said."""
    sizes = {"N": 5, "D": 7, "K": 3, "C": 3}
    first_error = None
    for dtype in (torch.float64, torch.float32):
        subject = build(sizes, dtype)
        values = [
            value.detach().to(dtype) if isinstance(value, Tensor) and value.is_floating_point() else value
            for value in inputs
        ]
        values += [parameter.clone().to(dtype) for parameter in subject.parameters.values()]
        setup = SetUp(subject, values, sizes_of(values), fillers=fill_options(subject, len(values)) or [])
        try:
            if dtype == torch.float64 and setup.outputs[0].dtype == torch.float32:
                continue
        except Exception as error:
            first_error = first_error or error
            continue
        named = kind or kind_of_name(name)
        recognise_given(setup, [named] if kind and named else list(KINDS), named)
        return setup, named is not None and setup.kind == named
    raise CannotExamineError("does-not-run", reason=one_line(first_error) if first_error else "")


def recognise_given(setup: SetUp, kinds: Sequence[str], named: str | None) -> None:
    """Set the kind and arrangement of a set-up from its forward; a named kind needs only to fit."""
    for kind in sorted(kinds, key=lambda k: k != named):
        fitting = [a for a in ARRANGEMENTS[kind] if bind(setup, a, kind)]
        for arrangement in fitting:
            bind(setup, arrangement, kind)
            form = agreeing_form(setup, kind)
            if form is not None and (form.right or form.unless_named or kind == named):
                setup.form = form
                return
        if kind == named and fitting:
            bind(setup, fitting[0], kind)
            return
    setup.arrangement = setup.kind = None
    setup.sizes = sizes_of(setup.values)


def bind(setup: SetUp, arrangement: Arrangement, kind: str) -> bool:
    """Take the values as this arrangement; false where they do not fit."""
    if len(arrangement.slots) != len(setup.values):
        return False
    for attribute in ("roles", "wants", "canonical_output"):
        setup.__dict__.pop(attribute, None)
    for slot, value in zip(arrangement.slots, setup.values, strict=True):
        is_index = "index" in slot.form or slot.form == "whole onehot"
        if not isinstance(value, Tensor) or value.is_floating_point() == is_index:
            return False
    try:
        roles = arrangement.roles(setup.values)
    except Exception:
        return False
    setup.arrangement, setup.kind = arrangement, kind
    letters = itertools.chain.from_iterable(zip(SHAPES[r], roles[r].shape, strict=True) for r in roles)
    setup.sizes = dict(letters)
    return True
