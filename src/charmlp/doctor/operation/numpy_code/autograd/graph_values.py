"""What a value of a graph holds: its number, its gradient, and how that is led back to what it came of."""

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.arrays import shown

DATA = ("data", "value", "val", "v", "x", "item", "array", "num", "number", "values", "real", "primal")
GRADIENT = (
    "grad", "gradient", "g", "d", "derivative", "adjoint", "grad_value", "deriv", "der", "partial", "dv",
    "grad_data", "_grad", "gradvalue", "adj",
)  # fmt: skip
PARENTS = (
    "_prev", "prev", "_children", "children", "parents", "_parents", "_inputs", "inputs", "depends_on",
    "_deps", "deps", "_args", "prevs", "_ctx_parents", "src", "srcs", "operands", "args", "from_", "inputs_",
    "ins", "predecessors",
)  # fmt: skip
CLOSURES = (
    "_backward", "_backward_fn", "backward_fn", "_grad_fn", "grad_fn", "_bw", "_back", "_backprop",
    "back", "bw", "bwd", "_bwd", "backward_step", "_pullback", "pullback", "grad_step", "propagate",
)  # fmt: skip


def data_of(value: Any) -> Any:
    """The number or array that a value holds."""
    return next((held for name in DATA if is_number(held := shown(getattr(value, name, None)))), None)


def is_tape(thing: Any) -> bool:
    """Whether it is a list of what is still to be done on the way back."""
    return isinstance(thing, list) and all(inspect.isfunction(one) or isinstance(one, tuple) for one in thing)


def is_number(held: Any) -> bool:
    return isinstance(held, int | float | np.number | np.ndarray) and not isinstance(held, bool)


@contextlib.contextmanager
def ones_as(g: Any, around: dict[str, Any]) -> Iterator[None]:
    """While it runs: the ones with which a module begins its way back are this upstream gradient."""
    known = {name: thing for name, thing in around.items() if thing is np}
    around |= dict.fromkeys(known, Beginning(g))
    try:
        yield
    finally:
        around |= known


class Beginning:
    """NumPy, but for the first ones of the shape of an upstream gradient."""

    def __init__(self, g: Any) -> None:
        self.left = [g]

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def ones_like(self, array: Any, *rest: Any, **others: Any) -> Any:
        return self.first(np.ones_like(array, *rest, **others))

    def ones(self, shape: Any, *rest: Any, **others: Any) -> Any:
        return self.first(np.ones(shape, *rest, **others))

    def first(self, ones: Any) -> Any:
        is_it = bool(self.left) and np.shape(ones) == np.shape(self.left[0])
        return self.left.pop() if is_it else ones


def closure_of(value: Any) -> Any:
    """What leads a value's gradient to its parents."""
    return next((f for name in CLOSURES if callable(f := getattr(value, name, None))), None)


def parents_of(value: Any) -> list[Any]:
    for name in PARENTS:
        held = getattr(value, name, None)
        if isinstance(held, list | tuple | set) and held:
            return [one for one in held if isinstance(one, type(value))]
    return []


def add_in_order(value: Any, order: list[Any]) -> None:
    """A value after all that it comes of."""
    if not any(value is known for known in order):
        for parent in parents_of(value):
            add_in_order(parent, order)
        order.append(value)
