"""What an argument of somebody's function may be: arrays of usual shapes, labels, numbers, holders of these.

A shape is a word of letters: N samples, D inputs, K outputs, H and J hidden units or channels, S steps; a
digit stands for itself, D+ is D + 1, Q is S·J, F and G are all weights of a network with one hidden layer, in
one vector.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.function import as_number

TOKEN = re.compile(r"[A-Z]\+?|\d")
SCALE = 0.6


@dataclass(frozen=True)
class Template:
    """`kind` is how the numbers are drawn: real, labels, unique, one-hot, binary, sign, affinity (a
    symmetric matrix that sums to 1), value (just that), rows (of data), example (one of the program's own) or
    a holder of others."""

    kind: str
    shape: str = ""
    value: Any = None
    keys: tuple[Any, ...] = ()

    @property
    def holds_others(self) -> bool:
        return self.kind in ("dict", "list", "tuple")

    @property
    def is_real(self) -> bool:
        return self.kind in ("real", "binary", "one-hot", "sign")


def real(shape: str) -> Template:
    return Template("real", shape)


def labels(shape: str) -> Template:
    """Class numbers."""
    return Template("labels", shape)


def unique(shape: str) -> Template:
    """Class numbers, none of them twice."""
    return Template("unique", shape)


def onehot(shape: str) -> Template:
    """Rows or columns that are 0 but for one 1, along the axis K."""
    return Template("one-hot", shape)


def binary(shape: str) -> Template:
    return Template("binary", shape)


def sign(shape: str) -> Template:
    """−1 and 1."""
    return Template("sign", shape)


def value(it: Any) -> Template:
    return Template("value", value=it)


def rows(count: int) -> Template:
    """The places of all rows: a batch that is all there is, whose gradient is that of the whole."""
    return Template("rows", value=count)


def size(letter: str) -> Template:
    return Template("size", letter)


def holder(kind: str, *keys: Any) -> Template:
    return Template(kind, keys=keys)


def letters_of(sizes: Sizes) -> dict[str, int]:
    """A number for each letter, all different."""
    n, d, k, h, s, j = *(sizes[letter] for letter in "NDKHW"), 2
    of = {"N": n, "D": d, "K": k, "H": h, "S": s, "J": j, "Q": s * j}
    return of | {"F": h * (d + 1) + k * (h + 1), "G": d * h + h + h * k + k}


def shape_at(shape: str, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(
        int(token) if token.isdigit() else sizes[token[0]] + token.endswith("+")
        for token in TOKEN.findall(shape)
    )


def made(template: Template, sizes: Mapping[str, int], generator: np.random.Generator) -> Any:
    """What a template is at these sizes; a plain number where it has no dimension."""
    if template.kind == "value":
        return template.value
    if template.kind == "rows":
        return np.arange(template.value)
    shape = shape_at(template.shape, sizes)
    if template.kind == "size":
        return shape[0]
    if template.kind == "labels":
        count = int(np.prod(shape))
        classes = (np.arange(count) * 2 + np.arange(count) // 2 + int(generator.integers(3))) % 3
        return classes.reshape(shape) if shape else 1
    if template.kind == "unique":
        return np.arange(int(np.prod(shape))).reshape(shape)
    if template.kind == "one-hot":
        return one_hot(template.shape, shape, generator)
    if template.kind == "affinity":
        numbers = np.exp(random_numbers(shape, generator))
        numbers = (numbers + numbers.T) * (1 - np.eye(len(numbers)))
        return numbers / numbers.sum()
    if template.kind in ("binary", "sign"):
        numbers = (random_numbers(shape, generator) > 0).astype(float)
        return as_number(numbers if template.kind == "binary" else 2 * numbers - 1)
    return as_number(SCALE * random_numbers(shape, generator))


def one_hot(letters: str, shape: tuple[int, ...], generator: np.random.Generator) -> Any:
    axis = TOKEN.findall(letters).index("K")
    others = [n for i, n in enumerate(shape) if i != axis]
    classes = (np.arange(int(np.prod(others))) * 2 + int(generator.integers(3))) % shape[axis]
    rows = np.eye(shape[axis])[classes].reshape(*others, shape[axis])
    return np.moveaxis(rows, -1, axis)


class Stub(SimpleNamespace):
    """An object with what somebody's code looks for on it: the inputs of a node, say."""


DOMAINS = ("real", "positive", "probability")
BINARY = len(DOMAINS)  # what is 0 or 1: a mask; tried only where nothing else is right


def in_domain(array: Any, domain: str) -> Any:
    """Numbers of another domain, such as a logarithm takes."""
    if domain == "binary":
        return (np.asarray(array) > 0).astype(float) if np.ndim(array) else 1.0
    if domain == "positive":
        return abs(array)
    return 1 / (1 + np.exp(-2 * np.asarray(array))) if domain == "probability" else array
