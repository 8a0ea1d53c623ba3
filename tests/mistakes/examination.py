"""Calls a specimen and compares it with the reference: numbers only, nothing is recognised here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .specimens import Case, Specimen, cases, load


class Context:
    """Stands in for autograd's ctx: the engine can then repair nothing."""

    def __init__(self, arguments: list[Tensor]) -> None:
        self.needs_input_grad = tuple(value.is_floating_point() for value in arguments)
        self.saved_tensors: tuple[Tensor, ...] = ()
        self.dirty: tuple[Tensor, ...] = ()

    def save_for_backward(self, *tensors: Tensor) -> None:
        self.saved_tensors = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        self.dirty = tensors


@dataclass
class Seen:
    """What one forward and two backwards did; `returned` is the exception where backward failed."""

    output: Tensor
    returned: tuple[Tensor | None, ...] | RuntimeError
    again: tuple[Tensor | None, ...] | RuntimeError
    edited: set[str]


def close(one: Any, other: Any) -> bool:
    """Equal up to rounding, of the same shape and dtype; tuples item by item; None equals None."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if not isinstance(one, Tensor) or not isinstance(other, Tensor):
        return one is None and other is None
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    tolerance = {torch.float64: 1e-9, torch.float32: 1e-4, torch.float16: 1e-2}[one.dtype]
    size = float(other.abs().max()) or 1.0
    if not math.isfinite(size):
        return False
    return torch.allclose(one, other, rtol=tolerance, atol=1e-3 * tolerance * size)


def watch(specimen: Specimen, case: Case, cotangent: Tensor | None = None) -> Seen:
    """One forward, two backwards with fresh copies of the cotangent (default: the case's)."""
    target = getattr(load(specimen.path), specimen.target)
    given = case.cotangent if cotangent is None else cotangent
    call = _raw if specimen.target_is == "Function" else _through_engine
    return call(specimen, target, case, given)


def _raw(specimen: Specimen, target: Any, case: Case, cotangent: Tensor) -> Seen:
    arguments = {name: value.clone() for name, value in case.arguments.items()}
    values = list(arguments.values())
    ctx = Context(values)
    with torch.no_grad():
        if target.setup_context is torch.autograd.Function.setup_context:
            output = target.forward(ctx, *values)
        else:
            output = target.forward(*values)
            target.setup_context(ctx, tuple(values), output)
        kept = output.clone()
        dirty = {name for name, value in arguments.items() if any(value is mark for mark in ctx.dirty)}
        edited: set[str] = set()

        def backward() -> tuple[Tensor | None, ...] | RuntimeError:
            copy = cotangent.clone()
            try:
                returned = target.backward(ctx, copy)
            except RuntimeError as error:
                return error
            returned = returned if isinstance(returned, tuple) else (returned,)
            returned = tuple(None if value is None else value.clone() for value in returned)
            if not torch.equal(copy, cotangent):
                edited.add("g")
            return returned

        first, second = backward(), backward()
    for name, value in arguments.items():
        if name not in dirty and not torch.equal(value, case.arguments[name]):
            edited.add(name)
    return Seen(kept, first, second, edited)


def _through_engine(specimen: Specimen, target: Any, case: Case, cotangent: Tensor) -> Seen:
    """A function, a module or a Function's apply; a module's parameters take the case's values, in order."""
    leaves = {
        name: value.clone().requires_grad_(name in specimen.differentiable)
        for name, value in case.arguments.items()
    }
    # a Function may overwrite what it is given: not the leaf, hence × 1
    passed = {name: leaf * 1 if leaf.requires_grad else leaf.clone() for name, leaf in leaves.items()}
    if specimen.target_is == "module":
        module = eval(specimen.build, {specimen.target: target} | case.names).to(specimen.dtype)
        weights = list(module.parameters())
        names = list(passed)[len(passed) - len(weights) :]
        for name, weight in zip(names, weights, strict=True):
            weight.data.copy_(leaves[name])
            leaves[name] = weight
            del passed[name]
        target = module
    elif specimen.target_is == "Function":
        target = target.apply
    before = {name: value.detach().clone() for name, value in passed.items()}
    output = target(*passed.values())
    differentiable = [leaves[name] for name in specimen.differentiable]
    kept = output.detach().clone()

    def backward(retain_graph: bool) -> tuple[Tensor | None, ...] | RuntimeError:
        try:
            return torch.autograd.grad(
                output, differentiable, cotangent.clone(), retain_graph=retain_graph, allow_unused=True
            )
        except RuntimeError as error:
            return error

    first, second = backward(True), backward(False)
    edited = {name for name, value in passed.items() if not torch.equal(value.detach(), before[name])}
    return Seen(kept, first, second, edited)


def through_engine(specimen: Specimen, case: Case) -> Seen:
    return _through_engine(specimen, getattr(load(specimen.path), specimen.target), case, case.cotangent)


def extreme_case(specimen: Specimen) -> Case:
    """Inputs of ±1000, confident and wrong for a classifier."""
    return Case(specimen, {"N": 5, "D": 3, "K": 3, "C": 3}, seed=4, scale=1000.0)


def is_finite(seen: Seen) -> bool:
    if isinstance(seen.returned, RuntimeError):
        return True
    values = [seen.output, *(value for value in seen.returned if value is not None)]
    return all(bool(value.isfinite().all()) for value in values)


def is_stable(specimen: Specimen) -> bool:
    """Whether inputs of ±1000 leave the output and the gradients finite."""
    return is_finite(watch(specimen, extreme_case(specimen)))


def faults(specimen: Specimen) -> set[str]:
    """What is wrong with it, by comparison with the reference; nothing of its documented mistakes is used."""
    found = set()
    for case in cases(specimen):
        seen, other = watch(specimen, case), watch(specimen, case)
        if not close(seen.output, case.value("y")):
            found.add("forward")
        if not close(seen.output, other.output):
            found.add("random")
        if not is_right(specimen, seen.returned, case):
            found.add("backward")
        if not close(seen.returned, seen.again) and not isinstance(seen.returned, RuntimeError):
            found.add("second backward")
        if seen.edited:
            found.add("edits")
    if not is_stable(specimen):
        found.add("not finite")
    return found


def is_right(specimen: Specimen, returned: Any, case: Case) -> bool:
    """Whether these are the reference's gradients; one for the target of a squared error is optional."""
    if specimen.kind == "mse" and close(returned, case.value("(dx, dt)")):
        return True
    return close(returned, case.value(specimen.right_returns))
