"""Small frameworks, as DeZero: Functions that are applied to variables, whose backward walks through a graph.

The Functions are examined by themselves, as layers are (`classes.py`). Here it is the walk: whether a
variable that is used twice gets both its gradients, and before they are handed on.
"""

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.operation.handwritten import HandWritten, Written
from charmlp.doctor.operation.numpy_code.autograd.engines import Engine, always
from charmlp.doctor.operation.numpy_code.autograd.graph_values import GRADIENT, data_of
from charmlp.doctor.operation.numpy_code.autograd.starts import BACKWARD, Start
from charmlp.doctor.operation.source import behind

Applied = Callable[..., Any]  # a Function, applied to variables
AT, STEP = (0.7, 1.3), 1e-6  # where a Function is tried, and how far from there


def found(module: ModuleType) -> list[Written]:
    """The walk of each kind of variable in a module that has no arithmetic of its own."""
    kinds = [thing for thing in list(vars(module).values()) if is_of(module, thing)]
    return [one for kind in kinds for one in walk_of(kind, kinds)]


def is_of(module: ModuleType, thing: Any) -> bool:
    return isinstance(thing, type) and thing.__module__ == module.__name__


def walk_of(kind: type, kinds: list[type]) -> Iterator[Written]:
    """Its backward through two Functions that are right, one of one variable and one of two."""
    name = next((name for name in BACKWARD if inspect.isfunction(getattr(kind, name, None))), None)
    if name is None or {"__add__", "__mul__"} & set(vars(kind)):
        return
    engine = Engine(kind, Start(name), np.array)
    try:
        leaf = engine.leaf(np.array(2.0))
        if data_of(leaf) is None or not any(hasattr(leaf, gradient) for gradient in GRADIENT):
            return
    except (Exception, SystemExit):
        return
    functions = [other for other in kinds if other is not kind]
    of_one = first_right(engine, functions, 1)
    of_two = first_right(engine, functions, 2)
    if of_one is None or of_two is None:
        return

    def used_again(x: Any) -> Any:
        d = of_one(x)
        return of_two(of_two(of_one(d), d), x)

    reused = HandWritten(engine.walked(used_again), name, ("self",))
    once = HandWritten(engine.walked(lambda x: of_one(of_one(x))), name, ("self",), reused=reused)
    yield Written(f"{kind.__name__}.{name}", (always(once),), code=(behind(getattr(kind, name)),))


def first_right(engine: Engine, functions: list[type], count: int) -> Applied | None:
    """The first Function of so many variables, a curved one if there is one, whose gradients are right."""
    right = [
        applied
        for function in functions
        if (applied := applied_of(function)) is not None and is_right(engine, applied, count)
    ]
    return right[0] if right else None


def applied_of(function: type) -> Applied | None:
    """It as a call of variables: of an object that is made anew each time, or of the class."""
    own = {name for base in function.__mro__[:-1] for name in vars(base)}
    if "__call__" in own:
        return lambda *variables: function()(*variables)
    return getattr(function, "apply", None)


def is_right(engine: Engine, applied: Applied, count: int) -> bool:
    """Whether it is one of so many variables, and its gradients at some numbers are its slopes."""

    def value(*numbers: float) -> float:
        return float(data_of(applied(*(engine.leaf(np.array(n)) for n in numbers))))

    at = AT[:count]
    try:
        leaves = [engine.leaf(np.array(number)) for number in at]
        out = applied(*leaves)
        if not isinstance(out, engine.kind):
            return False
        engine.start.begin(out, ())
        found = [float(np.asarray(engine.gradient_of(leaf))) for leaf in leaves]
        moved = [[n + STEP * (i == j) for j, n in enumerate(at)] for i in range(count)]
        slopes = [(value(*each) - value(*at)) / STEP for each in moved]
    except (Exception, SystemExit):
        return False
    return bool(np.allclose(found, slopes, atol=1e-4)) and any(slopes)
