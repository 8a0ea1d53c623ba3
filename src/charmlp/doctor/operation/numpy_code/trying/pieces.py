"""Which gradient is whose: what a function returned, or changed in its place, by the numbers it was given."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.arrays import same
from charmlp.doctor.operation.numpy_code.gradients import base
from charmlp.doctor.operation.numpy_code.names import is_gradient, is_parameter, of_gradient

Path = tuple[Any, ...]


def flattened(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The arrays and numbers in something, with where they are in it."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from flattened(entry, (*path, key))
    elif hasattr(value, "_fields"):
        for key in value._fields:
            yield from flattened(getattr(value, key), (*path, key))
    elif isinstance(value, list | tuple) and not is_row(value):
        for i, entry in enumerate(value):
            yield from flattened(entry, (*path, i))
    elif isinstance(value, np.ndarray | np.generic | float | int | list | tuple) and not isinstance(
        value, bool
    ):
        array = np.asarray(value)
        if array.dtype.kind in "fi":
            yield path, array.astype(float)


def is_row(value: Any) -> bool:
    """Whether a list is one of plain numbers, or of such rows: an array, as it is written without NumPy."""
    if not isinstance(value, list) or not value:
        return False
    if all(isinstance(one, list) for one in value):
        return len({len(one) for one in value}) == 1 and all(map(is_row, value))
    return all(isinstance(one, float | int) for one in value)


def words_of_path(path: Path, names: Sequence[str]) -> list[str]:
    """What a piece is called on the way to it; the first step is the name in the return statement."""
    found = []
    for depth, step in enumerate(path):
        if isinstance(step, str):
            found.append(step)
        elif depth == 0 and isinstance(step, int) and len(names) > step and names[step]:
            found.append(names[step])
    if not path and len(names) == 1 and names[0]:
        found.append(names[0])
    return found


def numbers_of(path: Path) -> list[int]:
    """The places in lists on the way to a piece, but for the first, which is that of a return statement."""
    found = [step for step in path if isinstance(step, int)]
    return found[1:] if path and isinstance(path[0], int) and len(found) > 1 else found


def by_leaf(
    returned: Any,
    names: Sequence[str],
    leaves: Mapping[str, Any],
    *,
    updated: bool = False,
    of_weights: bool = False,
) -> dict[str, Any]:
    """For each leaf (`params.W1`, `weights.0`, `x`) its piece of what was returned, where there is one.

    What comes with a loss is `of_weights` rather than of data.
    """
    pieces = list(flattened(returned))
    found: dict[str, Any] = {}
    left = []
    for path, piece in pieces:
        spoken = words_of_path(path, names)
        whose = meant(spoken, path, leaves, updated)
        if whose is None or whose in found:
            left.append((path, spoken, piece))
        else:
            found[whose] = piece
    if not updated:
        left = [
            one
            for one in left
            if not one[1] or not is_key(one[0]) or (names_nothing(one[1]) and not is_parameter(one[0][-1]))
        ]
    if found:  # beside gradients that have names, a state has none
        left = [one for one in left if not one[1] or any(map(is_gradient, one[1]))]
    unnamed = [
        one for one in left if one[2].ndim or len(left) == 1 or not one[1] or any(map(is_gradient, one[1]))
    ]
    rest = [key for key in leaves if key not in found]
    for _, _, piece in unnamed:
        fitting = [key for key in rest if np.shape(leaves[key]) == piece.shape]
        if not fitting:
            fitting = [key for key in rest if piece.ndim == 2 and np.shape(leaves[key]) == piece.shape[::-1]]
        if of_weights and len(unnamed) == 1:  # nobody's by name
            fitting.sort(key=lambda key: not is_parameter(key.rpartition(".")[2]))
        if fitting:
            found[fitting[0]] = piece
            rest.remove(fitting[0])
    return found


def left_over(returned: Any, names: Sequence[str], found: Mapping[str, Any]) -> int:
    """How many pieces of what was returned one after the other are nobody's gradient."""
    if isinstance(returned, Mapping):
        return 0
    whole = returned if isinstance(returned, tuple | list) and not is_row(returned) else [returned]
    spoken = list(names) if len(names) == len(whole) else [""] * len(whole)
    gradients = [
        one
        for one, name in zip(whole, spoken, strict=True)
        if one is not None and (not name or is_gradient(name))
    ]
    return max(0, len(gradients) - len(found)) if len(whole) > 1 else 0


def is_key(path: Path) -> bool:
    """Whether a piece is what a dict holds under a name."""
    return bool(path) and isinstance(path[-1], str)


def names_nothing(spoken: Sequence[str]) -> bool:
    """Whether a name says of no leaf that it is its gradient: grads, out, result."""
    return all(
        re.fullmatch(r"_?(grads?|gradients?|delta|nabla|g|d|out|result|res|dx?)", word)
        or not is_gradient(word)
        for word in spoken
    )


def meant(spoken: Sequence[str], path: Path, leaves: Mapping[str, Any], updated: bool) -> str | None:
    """The leaf that a piece is of, by its name, and by its place in a list."""
    number = numbers_of(path)
    for word in reversed(spoken):
        whose = word if updated else of_gradient(word)
        is_plain = whose == word.lower()
        for key in leaves:
            steps = key.split(".")
            last, index = (steps[-1], None) if not steps[-1].isdigit() else (steps[-2], int(steps[-1]))
            if index is not None:
                in_place = bool(number) and number[-1] == index
                if in_place and (named_alike(whose, last) or (is_plain and names_nothing([word]))):
                    return key
            elif len(steps) == 3 and steps[1].isdigit():
                if number and number[-1] == int(steps[1]) and same_name(whose, last):
                    return key
            elif same_name(whose, last) and (
                not is_plain or updated or isinstance(path[-1] if path else 0, str)
            ):
                return key
    if not spoken and number:
        lists = [
            k for k in leaves if k.rpartition(".")[2].isdigit() and int(k.rpartition(".")[2]) == number[-1]
        ]
        return lists[0] if len(lists) == 1 and len(number) == len(path) == 1 else None
    return None


def same_name(one: str, other: str) -> bool:
    return one.lower() == other.lower() or same(one, other) or base(one) == base(other)


def named_alike(one: str, other: str) -> bool:
    """Whether two names mean lists of the same: dW of weights, nabla_b of biases."""
    one, other = one.lower().rstrip("s"), other.lower().rstrip("s")
    return one == other or same(one, other) or (one[:1] == other[:1] and one[:1] in "wb")


def changes(before: Mapping[str, Any], after: Mapping[str, Any], rate: float) -> dict[str, Any]:
    """What was taken from each leaf in its place, divided by the rate."""
    found = {}
    for key, old in before.items():
        new = after.get(key)
        if new is not None and np.shape(new) == np.shape(old) and not np.array_equal(new, old):
            found[key] = (np.asarray(old, float) - np.asarray(new, float)) / rate
    return found
