"""Where a variable of a scene may come from: made anew, part of a result, an upstream gradient, another."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from charmlp.doctor.operation.code import Code, code_of
from charmlp.doctor.operation.numpy_code.arrays import RATE, Place
from charmlp.doctor.operation.numpy_code.descent.updates import updates_in
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.names import ends_of, is_weight
from charmlp.doctor.operation.numpy_code.trying.names import Variable
from charmlp.doctor.operation.numpy_code.trying.templates import (
    Template,
    holder,
)
from charmlp.doctor.operation.numpy_code.trying.uses import Use
from charmlp.doctor.operation.options import is_strength

Key = str
WHOLE = -1  # all that a function returned
REST = -2
LAYERS = 3
HOLDER = re.compile(
    r"weights|biases|layers|params|parameters|ws|bs|thetas|network|net|kernels", re.IGNORECASE
)


@dataclass(frozen=True)
class Part:
    """What a function returned: one part of it, or all (`WHOLE`), or all but its output (`REST`)."""

    function: str
    index: int


@dataclass(frozen=True)
class Upstream:
    """The gradient of one output of the value."""

    output: int = 0


@dataclass(frozen=True)
class Same:
    """Another variable, under another name."""

    key: Key


@dataclass(frozen=True)
class Product:
    """x W, which the gradient's function computes itself, of its data and its weights."""

    data: Key
    weight: Key


@dataclass(frozen=True)
class Node:
    """An object that holds the inputs of the value: what operations of a graph are given."""


Choice = Template | Part | Upstream | Same | Product | Node


def holders(key: Key, use: Use) -> Iterator[Template]:
    """A dict of what is looked up in it, a tuple of what it is unpacked into, a list that a loop walks."""
    if use.keys:
        yield holder("dict", *use.keys)
    if use.prefixes:
        yield holder("dict", *(f"{p}{i}" for i in range(1, LAYERS + 1) for p in use.prefixes))
        yield holder("dict", *(f"{p}{i}" for i in range(LAYERS) for p in use.prefixes))
    if use.parts and all(use.parts) and use.dimensions is None:
        yield holder("tuple", *use.parts)
    if use.entries or (use.is_walked and not use.is_array):
        yield holder("list", *range(LAYERS))


def variable_of(name: str, names: Sequence[str], dimensions: int | None = None) -> Variable:
    """A variable with its place among those that are called like it, but for a number."""
    is_it: Callable[[str], bool] = (
        is_weight if is_weight(name) else lambda other: other.lower().startswith("b")
    )
    stem = name.rstrip("0123456789")
    alike = [n for n in names if is_it(n) and (n.rstrip("0123456789")[:1].lower() == stem[:1].lower())]
    alike = [n for n in alike if n == name or ends_of(n) != "HH"]
    alike = (
        [n for n in alike if n[len(n.rstrip("0123456789")) :] or "_" in n or len(n) > 1]
        if len(alike) > 1
        else alike
    )
    if name not in alike:
        return Variable(name, name, dimensions=dimensions)
    return Variable(name, name, alike.index(name), len(alike), dimensions)


def taken(function: Function) -> list[str]:
    """The parameters that a function is given something for."""
    strengths = [name for name in function.signature.optional if is_strength(name)]
    truths = [name for name in function.inputs if name not in function.required]
    rates = [name for name in function.signature.optional if RATE.fullmatch(name)]
    return list(dict.fromkeys([*function.required, *truths, *strengths, *rates]))


def as_hashable(settled: Any) -> Any:
    return tuple(sorted(settled.items())) if isinstance(settled, dict) else settled


@functools.lru_cache(maxsize=512)
def code_with_steps(function: Callable[..., Any]) -> Code | None:
    """The code of what takes steps, whose loops over epochs are made once only."""
    code = code_of(function)
    return code if code is not None and updates_in(code.tree) is not None else None


def key_of(place: Place) -> Key:
    """A weight of an object: self.W, self.params.W1, self.weights.0, self.layers.0.W."""
    steps = [
        step for pair in (*place.path, (place.attribute, place.key)) for step in pair if step is not None
    ]
    return ".".join(["self", *(str(step).lstrip("_") for step in steps)])
