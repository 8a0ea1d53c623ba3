"""One run of a step, and the losses that it may descend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import Place
from charmlp.doctor.operation.numpy_code.function import Function

PENALTIES: dict[str, float] = {"": 0.0, " + ½ λ w²": 0.5, " + λ w²": 1.0}


@dataclass
class Ran:
    """The variables before the first update and at the end, and the parameters before and after."""

    first: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    rate: float = 1.0

    def see(self, variables: Mapping[str, Any]) -> None:
        now = {name: np.copy(v) if is_number(v) else v for name, v in variables.items()}
        self.first = self.first or now
        self.last = now

    def gradient(self, name: str) -> Array:
        return (np.asarray(self.before[name], float) - np.asarray(self.after[name], float)) / self.rate


def is_number(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | float) and np.asarray(value).dtype.kind == "f"


@dataclass(frozen=True)
class Problem:
    """Data for a step: what is handed over, and what should come of it; the object that learns, if any."""

    own: Any
    places: Sequence[Place]
    given: Mapping[str, Array]  # parameters that are arguments
    data: Array
    truth: Array
    sizes: Sizes


@dataclass(frozen=True)
class Descent:
    """What a step may descend: a variable that is its loss, or a usual loss of one that is its prediction."""

    variable: str
    text: str = ""  # of the usual loss
    penalty: str = ""
    is_error: bool = False  # the variable is the difference of prediction and target
    cost: Function | None = None  # the code's own, of the variable or of the parameters

    @property
    def is_own(self) -> bool:
        return not self.text

    @property
    def title(self) -> str:
        return (self.cost.name if self.cost is not None else self.text or self.variable) + self.penalty


def is_number_like(value: Any) -> bool:
    """Whether it may be a parameter: an array of numbers, or a number."""
    return isinstance(value, np.ndarray | np.generic | float | int) and np.asarray(value).dtype.kind in "fi"
