"""What code says of its inputs in words: that a matrix is symmetric, or that its numbers sum to one.

Its gradients need to be right for such inputs only, and such inputs it is tried with.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.operation.source import behind, source_of

SENTENCE = re.compile(r"[.;:。；：]\s|[。；]|\n\s*\n|\n\s*[-*#]")
SAID = {
    "symmetric": re.compile(r"(?<!not )(?<!non-)(?<![a-z])symmetric(?!ally)|(?<!不)对称", re.IGNORECASE),
    "sums-to-one": re.compile(r"(sums?|adds?( up)?|summing) to (one|1)\b|和为 ?[1一]", re.IGNORECASE),
}


def said_of(function: Callable[..., object]) -> str:
    """What a function and its file say in words: docstrings and comments."""
    around = getattr(behind(function), "__globals__", {})
    texts = [str(around.get("__doc__") or ""), str(getattr(behind(function), "__doc__", None) or "")]
    return "\n\n".join([*texts, *re.findall(r"#\s*(.*)", source_of(function))])


def conditions_of(text: str, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The conditions on each input, as far as a sentence names both; only for symmetric ones.

    >>> conditions_of("P is symmetric and sums to one. Y is free.", ("Y", "P"))
    {'P': ('symmetric', 'sums-to-one')}
    """
    found: dict[str, tuple[str, ...]] = {}
    for sentence in SENTENCE.split(text):
        said = tuple(condition for condition, pattern in SAID.items() if pattern.search(sentence))
        if "symmetric" in said:
            found |= {name: said for name in names if re.search(rf"\b{re.escape(name)}\b", sentence)}
    return found


def fulfilled(value: Array, conditions: Iterable[str]) -> Array:
    """A square matrix as it is said to be; what is none stays as it is."""
    if value.ndim != 2 or value.shape[0] != value.shape[1]:
        return value
    for condition in conditions:
        if condition == "symmetric":
            value = (value + value.T) / 2
        else:
            value = abs(value) - np.diag(np.diag(abs(value)))
            value = value / value.sum()
    return value


def shapes_for(
    names: Sequence[str], conditions: Mapping[str, Iterable[str]], n: int, d: int
) -> Iterator[list[tuple[int, ...]]]:
    """A square for each input that is symmetric; for the others n rows, n columns, or n numbers."""
    for other in ((n, d), (d, n), (n,)):
        yield [(n, n) if name in conditions else other for name in names]
