"""Small engines, as micrograd: values that know their gradient, with an operation in each method."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Written
from charmlp.doctor.operation.options import signature

Operation = Callable[..., Any]
OfLeaves = Callable[[Sequence[Any]], Any]

BINARY = ("__add__", "__sub__", "__mul__", "__truediv__", "__matmul__")
UNARY = ("__neg__",)
NO_OPERATION = {"backward", "zero_grad", "item", "numpy", "detach", "copy", "clone", "step", "build_topo"}


def found(module: ModuleType) -> list[Written]:
    """Each operation of each engine in a module."""
    engines = [thing for thing in vars(module).values() if is_engine(thing, module)]
    return [operation for engine in engines for operation in operations(engine)]


def is_engine(thing: Any, module: ModuleType) -> bool:
    """Whether a class has arithmetic, and its instances a gradient."""
    if not isinstance(thing, type) or thing.__module__ != module.__name__:
        return False
    if not callable(getattr(thing, "backward", None)) or not {"__add__", "__mul__"} & set(vars(thing)):
        return False
    try:
        leaf = thing(2.0)
    except Exception:
        return False
    return hasattr(leaf, "grad") and data_of(leaf) is not None


def data_of(value: Any) -> Any:
    """The number or array that a value holds."""
    names = ("data", "value", "val", "v", "x")
    return next((held for name in names if (held := getattr(value, name, None)) is not None), None)


def operations(engine: type) -> Iterator[Written]:
    for name in vars(engine):
        method = getattr(engine, name)
        if name in BINARY:
            made = written(engine, method, name, ("self", "other"), with_itself(method))
        elif name == "__pow__":
            made = written(engine, cube, name, ("self",), with_sum(cube))
        elif name in UNARY or is_unary(engine, name):
            made = written(engine, method, name, ("self",), with_sum(method))
        else:
            continue
        yield Written(f"{engine.__name__}.{name}", (always(made),))


def always(made: HandWritten) -> Make:
    return lambda sizes, dtype: made


def cube(value: Any) -> Any:
    return value**3


def with_itself(operation: Operation) -> OfLeaves:
    """The operation on one value in both places."""
    return lambda leaves: operation(leaves[0], leaves[0])


def with_sum(operation: Operation) -> OfLeaves:
    """The operation and the value itself, added: the value is used twice."""
    return lambda leaves: operation(leaves[0]) + leaves[0]


def is_unary(engine: type, name: str) -> bool:
    """Whether a method needs nothing but its object, and gives another value."""
    thing = inspect.getattr_static(engine, name)
    if name.startswith("_") or name in NO_OPERATION or not inspect.isfunction(thing):
        return False
    if signature(thing, 1).required != ():
        return False
    try:
        return isinstance(getattr(engine(0.5), name)(), engine)
    except Exception:
        return False


def written(
    engine: type,
    operation: Operation,
    name: str,
    inputs: tuple[str, ...],
    twice: OfLeaves,
) -> HandWritten:
    meant = name.strip("_")
    reused = HandWritten(runner(engine, twice), meant, inputs[:1])
    return HandWritten(runner(engine, lambda leaves: operation(*leaves)), meant, inputs, reused=reused)


def runner(engine: type, operation: OfLeaves) -> Callable[[Sequence[Any]], tuple[Outputs, Backward]]:
    """A graph of its own for each backward: gradients add up in it, as they should."""

    of_arrays = isinstance(data_of(engine(2.0)), np.ndarray | np.generic)

    def graph(values: Sequence[Any]) -> tuple[list[Any], Any]:
        if not of_arrays and any(map(np.ndim, values)):
            raise TypeError(f"{engine.__name__} holds one number")
        leaves = [engine(value if np.ndim(value) else float(value)) for value in values]
        return leaves, operation(leaves)

    def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
        _, out = graph(values)

        def backward(upstream: Outputs) -> Sequence[Any]:
            leaves, out = graph(values)
            g = upstream[0] if np.ndim(upstream[0]) else float(upstream[0])
            if is_step(out, leaves):
                out.grad = g
                out._backward()
                return [leaf.grad for leaf in leaves]
            out.backward()  # from a gradient of 1
            return [g * np.asarray(leaf.grad) for leaf in leaves]

        return (data_of(out),), backward

    return run


def is_step(out: Any, leaves: Sequence[Any]) -> bool:
    """Whether a value comes of the leaves in one step, which any upstream gradient can be led through."""
    parents = [p for name in ("_prev", "prev", "children", "parents") for p in getattr(out, name, ())]
    return callable(getattr(out, "_backward", None)) and bool(parents) and all(p in leaves for p in parents)
