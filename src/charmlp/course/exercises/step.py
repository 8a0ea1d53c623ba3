"""What a calculation is made of: operations of roles, and steps that apply them to values by name.

An *operation* is a formula of roles, such as x and weight; a *step* applies one to values by name, such as h1
and W2. What people do wrong in an operation, a *slip*, is a formula of the same roles (slips.py, known.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from charmlp.course.exercises.numbers import Array, latex

Values = Mapping[str, Array]  # by name, or by role
Words = Mapping[str, Any]


class Terms(NamedTuple):
    """A value as a sum: its terms along the last axis, each written as LaTeX."""

    numbers: Array
    written: Array


@dataclass(frozen=True)
class Slip:
    """A mistake ("name" or "name.variant") and the numbers that come of it.

    `values` fill its words. `kind`: what the operation is for the doctor, whose words a kind may have too.
    """

    mistake: str
    function: Callable[[Values], Array]
    values: Words = field(default_factory=dict)
    kind: str = ""


@dataclass(frozen=True)
class Operation:
    """A formula: what it computes of its roles, and what is done wrong in it.

    formula  in LaTeX, with the roles in braces: their symbols, or their numbers, are put there
    terms    the value as a sum, where it is one: a forgotten term can be named, and each element written out
    about    key of a sentence that says why
    """

    function: Callable[[Values], Array]
    formula: str
    slips: tuple[Slip, ...] = ()
    terms: Callable[[Values], Terms] | None = None
    about: str = ""


@dataclass(frozen=True)
class Given:
    """A value that the task states.

    shown  its LaTeX, where that is not that of its numbers (ln 2)
    means  what it is, in LaTeX, where its symbol alone does not say so
    """

    symbol: str
    value: Array
    shown: str = ""
    means: str = ""

    def equation(self, *, columns: bool = False) -> str:
        shown = self.shown or latex(self.value, columns=columns)
        return " = ".join(filter(None, (self.symbol, self.means, shown)))


@dataclass(frozen=True)
class Step:
    """One value that is asked for. `of`: what it is the gradient of, in the mistake's words."""

    name: str
    symbol: str
    operation: Operation
    roles: Mapping[str, str]
    of: str = ""

    def variables(self, values: Values) -> dict[str, Array]:
        return {role: values[name] for role, name in self.roles.items()}

    def value(self, values: Values) -> Array:
        with np.errstate(all="ignore"):  # somebody's values may be 0 below a fraction
            return np.asarray(self.operation.function(self.variables(values)), dtype=float)
