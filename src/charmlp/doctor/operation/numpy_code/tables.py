"""Tables of derivatives: dicts of a module from a function, or its name, to what leads its gradient back.

vjps = {np.exp: [lambda g, ans, x: g * ans]}        one function an argument, or one for the only argument
defvjp(np.exp, lambda ans, x: lambda g: g * ans)    what such a call keeps in a dict
ACTIVATIONS = {"tanh": (np.tanh, lambda a: 1 - a**2)}
DIFFS = {np.multiply: lambda x, y: x[0] * y[1] + y[0] * x[1]}    pairs of a value and what it changes by
"""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor import functions
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Outputs, Written
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.names import OUTPUT, is_upstream
from charmlp.doctor.operation.numpy_code.passes import Pair, reading
from charmlp.doctor.operation.source import definition, returns_of
from charmlp.doctor.operation.unwritten import is_none

OF_OUTPUT = ("ans", "out", "output", "y", "result", "res", "value", "fx")
SECOND = ("y", "b", "w", "other")  # arguments that are no output where there are two


def found(module: ModuleType) -> list[Written]:
    """Each entry of each table of a module."""
    tables = [
        (name, held)
        for name, held in vars(module).items()
        if type(held) is dict and not name.startswith("__")
    ]
    return [
        one for name, table in tables for key, entry in table.items() for one in of_entry(name, key, entry)
    ]


def of_entry(table: str, key: Any, entry: Any) -> Iterator[Written]:
    own = list(entry) if isinstance(entry, tuple | list) else [entry]
    if not own or not all(map(callable, own)) or not any(map(inspect.isfunction, own)):
        return
    forward = key if callable(key) else known(str(key))
    name = str(key) if isinstance(key, str) else getattr(key, "__name__", str(key))
    label = f"{table}[{name}]"
    if isinstance(key, str) and len(own) == 2 and forward_of(own[0], forward):
        pair = Pair(one_of(name, own[0]), Function(f"{name}_derivative", own[1]))
        yield Written(label, pair.readings(), code=(own[1],))
    elif forward is not None and len(own) == 1 and takes_pairs(own[0]):
        if isinstance(forward, np.ufunc) and forward.signature is None:
            yield Written(label, (reading(partial(of_pairs, name, forward, own[0])),), code=(own[0],))
    elif forward is not None and not isinstance(forward, type) and all(map(inspect.isfunction, own)):
        lines = [Line(one, len(own)) for one in own]
        if all(line.is_one for line in lines) and not (len(own) == 1 and is_same(own[0], forward)):
            each = [lines, *([[replace(lines[0], of_output=True)]] if lines[0].may_be_of_output else [])]
            yield Written(
                label,
                tuple(reading(partial(led, name, forward, one)) for one in each),
                code=tuple(own),
                others=tuple(one.__name__ for one in own if one.__name__ != "<lambda>"),
            )


class Parts:
    """Stands for a pair of which nothing else is asked than its first and its second."""

    def __init__(self) -> None:
        self.asked: set[int] = set()

    def __getitem__(self, index: int) -> Any:
        self.asked.add((0, 1).index(index))
        return np.array([0.3, 0.7])


def takes_pairs(function: Any) -> bool:
    """Whether all that it reads of its arguments is the first and the second of each: forward mode."""
    pairs = [Parts() for _ in inspect.signature(function).parameters] if inspect.isfunction(function) else []
    if not pairs:
        return False
    try:
        function(*pairs)
    except Exception:  # it takes arrays
        return False
    return all(1 in one.asked for one in pairs)


def of_pairs(name: str, forward: Any, rule: Any) -> HandWritten:
    """A function, element by element, and how its value changes with its arguments' values."""
    inputs = ("x", "y", "z")[: forward.nin]

    def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
        def gradient(position: int, g: Any) -> Any:
            pairs = [(v, np.full_like(v, float(i == position))) for i, v in enumerate(values)]
            return functions.sum_to(g * rule(*pairs), np.shape(values[position]))

        result = np.asarray(forward(*values))
        return (result,), lambda upstream: [gradient(i, upstream[0]) for i in range(len(inputs))]

    return HandWritten(run, name, inputs)


def is_same(function: Any, forward: Any) -> bool:
    """Whether an entry is the very function that its key names: the table is none of derivatives."""
    x = np.linspace(-1.3, 1.7, 7)
    try:
        return bool(np.allclose(function(x), forward(x)))
    except Exception:  # a derivative that takes more
        return False


def one_of(name: str, function: Any) -> Function:
    return Function(name, function if inspect.isfunction(function) else lambda x: function(x))


def known(name: str) -> Any:
    """The function of NumPy, or of ours, that has a name."""
    found = getattr(np, name.lower(), None) or getattr(functions, name.lower(), None)
    return found if callable(found) else None


def forward_of(first: Any, forward: Any) -> bool:
    """Whether the first of two functions is what the second is the derivative of: it takes one argument."""
    if isinstance(first, np.ufunc):
        return first.nin == 1
    return inspect.isfunction(first) and len(inspect.signature(first).parameters) == 1


@dataclass(frozen=True)
class Line:
    """One function of a table: it takes the upstream gradient, or returns a function that does."""

    function: Any
    count: int  # of the arguments
    of_output: bool = False  # what it takes beside the upstream gradient is the output, however it is called

    @property
    def names(self) -> list[str]:
        return list(inspect.signature(self.function).parameters)

    @property
    def upstream(self) -> str | None:
        return next((name for name in self.names if is_upstream(name) and name not in OF_OUTPUT), None)

    @property
    def may_be_of_output(self) -> bool:
        """Whether no name says if it takes the input or the output."""
        return self.count == 1 and self.output is None and len(self.inputs) == 1

    @property
    def output(self) -> str | None:
        if self.of_output:
            return next(name for name in self.names if name != self.upstream)
        wanted = [
            name for name in self.names if name in OF_OUTPUT and not (self.count > 1 and name in SECOND)
        ]
        return wanted[0] if wanted else None

    @property
    def inputs(self) -> list[str]:
        return [name for name in self.names if name not in (self.upstream, self.output)]

    @property
    def is_one(self) -> bool:
        return (
            len(self.inputs) <= self.count
            and (self.upstream or self.output or OUTPUT.fullmatch("y")) is not None
        )

    @property
    def returns_nothing(self) -> bool:
        """Whether it works in place: it turns the upstream gradient that it is given into the other one."""
        tree = definition(self.function)
        return tree is not None and all(map(is_none, returns_of(tree)))

    def __call__(self, g: Any, values: Sequence[Any], result: Any) -> Any:
        given = dict(zip(self.inputs, values, strict=False))
        given |= {name: it for name, it in ((self.upstream, g), (self.output, result)) if name is not None}
        if self.upstream is not None and self.returns_nothing:
            given = {key: np.copy(value) for key, value in given.items()}
            self.function(*[given[name] for name in self.names])
            return given[self.upstream]
        found = self.function(*[given[name] for name in self.names])
        if callable(found):
            return found(g)
        return found if self.upstream else found * g


def led(name: str, forward: Any, lines: Sequence[Line]) -> HandWritten:
    """A function of a table as one operation."""
    inputs = ("x", "y", "z")[: len(lines)]

    def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
        result = np.asarray(forward(*values))
        return (result,), lambda upstream: [line(upstream[0], values, result) for line in lines]

    return HandWritten(run, name, inputs)
