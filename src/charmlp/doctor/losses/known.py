"""What a loss that is known by its name is made of."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Text

IGNORED = -100  # what torch calls a label that does not count
IGNORES = r"\w*(ignore|pad)\w*"  # the options that say which label does not count

Options = Mapping[str, float]  # the numbers that the loss is set to, by name: margin, gamma, temperature
# A form's value, one a row or an element or one for all, and what it is: None where it is right, "" where
# that depends on what it is given
Value = tuple[Text | None, Array]


@dataclass(frozen=True, eq=False)
class KnownLoss:
    """`name` is a pattern for the plain name of a class; `values` are those of all forms, right and wrong."""

    name: str
    right: Text
    values: Callable[[Sequence[Any], Mapping[str, Any], Options], Iterator[Value]]
    ignores: bool = False  # whether it knows of labels that do not count


def named(options: Options, pattern: str, *usual: float) -> list[float]:
    """What the options of such a name are set to; where there are none, what is usual."""
    found = [value for name, value in options.items() if re.fullmatch(pattern, name.strip("_").lower())]
    return list(dict.fromkeys(found)) or list(usual)


def agree(found: Array, value: Array) -> bool:
    """Whether somebody's loss is this one: it, its mean or sum, or the sum over the number of examples."""
    value = np.asarray(value)
    choices = (value, value.mean(), value.sum(), value.sum() / len(value) if value.ndim else value)
    return any(
        found.size == one.size and np.allclose(found.reshape(-1), one.reshape(-1), rtol=1e-5, atol=1e-12)
        for one in map(np.asarray, choices)
    )
