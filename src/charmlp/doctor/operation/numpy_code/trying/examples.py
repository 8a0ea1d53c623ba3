"""What a program itself calls its functions with, as inputs: lists, dicts and tuples of arrays as well."""

import copy
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.trying.templates import SCALE
from charmlp.doctor.operation.own_run import Call, own_call

LARGE = 4.0  # where an S is flat
Arguments = Mapping[str, Any]


class Example:
    """A value from a program's example; the same value is the same object."""

    def __init__(self, value: Any) -> None:
        self.value = value


def arguments_of(function: Function) -> Arguments:
    """What a function is first called with in its file's own run, by name; nothing where it is not."""
    call = own_call(function.call)
    return {} if call is None else examples_of(call)


@functools.lru_cache(maxsize=64)
def examples_of(call: Call) -> Arguments:
    own = [(name, value) for name, value in call.arguments.items() if name != "self"]
    return {name: Example(lively(value, seed)) for seed, (name, value) in enumerate(own)}


def lively(value: Any, seed: int = 0) -> Any:
    """The same with other numbers where those are too small, too large or all alike to show a mistake."""
    if isinstance(value, np.ndarray):
        is_meant = set(np.unique(value)) == {0.0, 1.0} or is_distribution(value)
        if value.dtype.kind != "f" or not value.size or is_meant:
            return value
        if SCALE / 2 <= np.abs(value).max() <= LARGE and np.unique(value).size > 1:
            return value.astype(float)
        return SCALE * random_numbers(value.shape, np.random.default_rng(seed + value.size))
    if type(value) is dict:
        return {key: lively(one, seed + i) for i, (key, one) in enumerate(value.items())}
    if hasattr(value, "_fields"):
        return type(value)(*(lively(one, seed + i) for i, one in enumerate(value)))
    if type(value) in (list, tuple):
        return type(value)(lively(one, seed + i) for i, one in enumerate(value))
    return value


def is_distribution(value: np.ndarray) -> bool:
    """Whether it holds probabilities that add up to 1, all of them or each row."""
    if not np.ndim(value) or value.size < 2 or (value < 0).any():
        return False
    return bool(np.isclose(value.sum(), 1) or np.allclose(value.sum(-1), 1))


def real_arrays(value: Any, key: str) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of real numbers in an example, but for masks and one-hot rows, by where they are in it."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and value.size and set(np.unique(value)) != {0.0, 1.0}:
            yield key, value
    else:
        for step, one in parts_of(value):
            yield from real_arrays(one, f"{key}.{step}")


def parts_of(value: Any) -> Iterator[tuple[Any, Any]]:
    if type(value) is dict:
        yield from value.items()
    elif hasattr(value, "_fields"):
        yield from zip(value._fields, value, strict=True)
    elif type(value) in (list, tuple):
        yield from enumerate(value)


def with_leaves(value: Any, key: str, leaves: Mapping[str, Any]) -> Any:
    """A copy of an example in which other arrays take the places of some."""
    if isinstance(value, np.ndarray):
        return np.array(leaves.get(key, value))
    made = {step: with_leaves(one, f"{key}.{step}", leaves) for step, one in parts_of(value)}
    if type(value) is dict:
        return made
    if hasattr(value, "_fields"):
        return type(value)(**made)
    return type(value)(made.values()) if type(value) in (list, tuple) else copy.deepcopy(value)
