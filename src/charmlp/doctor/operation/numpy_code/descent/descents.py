"""One run of a step, and the losses that it may descend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import Place, is_number
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.names import LOSS, is_to_grow

FIRST = "[0]"  # after the name of a list of losses
OF_PASSES = "[:]"  # after the name of what each pass of a loop makes anew
OF_DATA = "(x)"  # after the name of a method that predicts
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
        now |= {name + FIRST: np.copy(v[0]) for name, v in variables.items() if is_record(name, v)}
        self.first = self.first or now
        self.last = now

    def gradient(self, name: str) -> Array:
        return (np.asarray(self.before[name], float) - np.asarray(self.after[name], float)) / self.rate


def is_record(name: str, value: Any) -> bool:
    """Whether it is a list of losses with one entry, as the first `losses.append(loss)` makes it."""
    is_one = type(value) is list and len(value) == 1 and not isinstance(value[0], int | str | list | tuple)
    return is_one and bool(LOSS.fullmatch(name)) and np.ndim(value[0]) == 0


def records_on(own: Any) -> dict[str, Any]:
    """The lists of losses that an object keeps, `self.cost_` say, by their names."""
    held = getattr(own, "__dict__", {}).items()
    return {name: value for name, value in held if is_record(name, value)}


@dataclass(frozen=True)
class Problem:
    """Data for a step: what is handed over, and what should come of it; the object that learns, if any."""

    own: Any
    places: Sequence[Place]
    given: Mapping[str, Array]  # parameters that are arguments
    data: Array
    truth: Array
    sizes: Sizes

    @property
    def outputs(self) -> int:
        """Of each sample; 0 where nobody knows what should come of the data."""
        return self.sizes.get("C", 0)


@dataclass(frozen=True)
class Descent:
    """What a step may descend: a variable that is its loss, or a usual loss of one that is its prediction."""

    variable: str
    text: str = ""  # of the usual loss
    penalty: str = ""
    is_error: bool = False  # the variable is the difference of prediction and target
    cost: Function | None = None  # the code's own, of the variable or of the parameters
    times: float = 1.0  # the steps are those of so many times it

    @property
    def is_own(self) -> bool:
        return not self.text

    @property
    def is_of_method(self) -> bool:
        """Whether the prediction is what a method of the object makes, and no variable of the step."""
        return self.variable.endswith(OF_DATA)

    def turned(self, value: Any) -> float:
        """The loss that a value of its own is: minus a likelihood's logarithm, which is negative."""
        name = self.variable if self.cost is None else self.cost.name
        return self.times * float(-value if is_to_grow(name) and value < 0 else value)

    @property
    def title(self) -> str:
        own = (
            self.variable.removesuffix(FIRST).removesuffix(OF_PASSES) if self.cost is None else self.cost.name
        )
        return ("" if self.times == 1 else f"{self.times:g} · ") + (self.text or own) + self.penalty
