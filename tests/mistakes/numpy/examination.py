"""Calls a specimen and compares it with the reference: numbers only, nothing is recognised here."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from .specimens import SIZES, Case, Specimen, cases, load

EXTREME = {"N": 5, "D": 3, "K": 3, "C": 3, "H": 4}


@dataclass
class Seen:
    """What one forward and two backwards did; `gradients` is the exception where backward failed."""

    output: Any
    gradients: dict[str, Any] | Exception
    again: dict[str, Any] | Exception
    edited: set[str]


def close(one: Any, other: Any) -> bool:
    """Equal up to the error of the central differences, of the same shape and dtype; None equals None."""
    if one is None or other is None:
        return one is None and other is None
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape or one.dtype != other.dtype or not np.isfinite(other).all():
        return False
    tolerance = 1e-4 if one.dtype == np.float32 else 2e-6
    return bool(np.allclose(one, other, rtol=tolerance, atol=tolerance * float(np.abs(other).max())))


def watch(specimen: Specimen, case: Case, upstream: np.ndarray | None = None) -> Seen:
    """One forward, two backwards with fresh copies of the upstream gradient (default: the case's)."""
    given = np.asarray(case.upstream if upstream is None else upstream)
    values = copy.deepcopy(case.values)
    names: dict[str, Any] = {**vars(load(specimen.path)), **SIZES[0], **case.names, **values}
    for name in specimen.differentiable:
        del names[f"d{name}"]
    edited = set()

    def backward() -> dict[str, Any] | Exception:
        names["g"] = given.copy()
        try:
            exec(specimen.backward, names)
        except ValueError as error:
            return error
        if not np.array_equal(names["g"], given):
            edited.add("g")
        return {name: copy.deepcopy(names[f"d{name}"]) for name in specimen.differentiable}

    with np.errstate(all="ignore"):
        exec(specimen.forward, names)
        output = copy.deepcopy(names["out"])
        first, second = backward(), backward()
    if not specimen.updates:
        edited |= {name for name, value in values.items() if not np.array_equal(value, case.values[name])}
    return Seen(output, first, second, edited)


def gradients(specimen: Specimen, case: Case, upstream: np.ndarray | None = None) -> dict[str, Any]:
    found = watch(specimen, case, upstream).gradients
    assert isinstance(found, dict), found
    return found


def documented(specimen: Specimen, case: Case) -> dict[str, Any]:
    """What the formulas say that it returns."""
    formulas = {f"d{name}": f"d{name}" for name in specimen.differentiable}
    formulas |= specimen.convention | specimen.gives
    return {name: case.value(formulas[f"d{name}"]) for name in specimen.differentiable}


def wanted(specimen: Specimen, case: Case) -> dict[str, Any]:
    """The right gradients, or a layer's averages where that is its convention."""
    return {
        name: case.value(specimen.convention.get(f"d{name}", f"d{name}")) for name in specimen.differentiable
    }


def same(some: dict[str, Any] | Exception, others: dict[str, Any] | Exception) -> bool:
    if isinstance(some, Exception) or isinstance(others, Exception):
        return isinstance(some, Exception) and isinstance(others, Exception)
    return all(close(some[name], others[name]) for name in others)


def is_stable(specimen: Specimen) -> bool:
    """Whether inputs of ±1000 leave the output and the gradients finite."""
    seen = watch(specimen, Case(specimen, EXTREME, seed=4, scale=1000.0))
    assert isinstance(seen.gradients, dict)
    values = [seen.output, *(value for value in seen.gradients.values() if value is not None)]
    return all(bool(np.isfinite(np.asarray(value, np.float64)).all()) for value in values)


def hands_on_as_much_at_ties(specimen: Specimen) -> bool:
    """Where all inputs rise together every maximum rises: the gradient of x adds up to that of the output."""
    case = Case(specimen, SIZES[0], tied=True)
    up, down = (case.value(specimen.reference, x=case.values["x"] + step) for step in (1e-3, -1e-3))
    rise = np.sum(case.upstream * (up - down)) / 2e-3
    return bool(np.isclose(np.sum(gradients(specimen, case)["x"]), rise))


def faults(specimen: Specimen) -> set[str]:
    """What is wrong with it, by comparison with the reference; nothing of its documented mistakes is used."""
    found = set()
    for case in cases(specimen):
        seen, other = watch(specimen, case), watch(specimen, case)
        if not close(np.asarray(seen.output, np.float64), case.names["y"]):
            found.add("forward")
        if not close(seen.output, other.output):
            found.add("random")
        if not same(seen.gradients, wanted(specimen, case)):
            found.add("backward")
        if not specimen.updates and not same(seen.gradients, seen.again):
            found.add("second backward")
        if seen.edited:
            found.add("edits")
    if specimen.ties and not hands_on_as_much_at_ties(specimen):
        found.add("ties")
    if not specimen.raises and not is_stable(specimen):
        found.add("not finite")
    return found
