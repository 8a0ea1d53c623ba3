"""Where the way back through a graph of values begins, and what is read from the values after it."""

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from charmlp.doctor.operation.options import signature

BACKWARD = (
    "backward", "backprop", "backpropagate", "back_prop", "backward_pass", "run_backward",
    "compute_gradients",    "backpropagation", "propagate_back", "calc_grad", "compute_grads", "back",
)  # fmt: skip
OF_MODULE = re.compile(
    r"(\w+_)?(back_?ward|back_?prop\w*|back_?propagate|grads?|gradients?|differentiate|autodiff)(_\w+)?",
    re.IGNORECASE,
)
UPSTREAM = re.compile(r"grad|up|^g|dout|seed|^d|delta|bar|value")


@dataclass(frozen=True)
class Start:
    """A method of the last value, or a function of the module; one of two inputs takes the leaves as well."""

    name: str
    function: Callable[..., Any] | None = None

    def begin(self, out: Any, leaves: Sequence[Any], *upstream: Any) -> Any:
        """The way back from a value; what is returned may be the gradients."""
        if self.function is None:
            return getattr(out, self.name)(*upstream)
        return self.function(out, *([list(leaves)] if self.takes_leaves else []), *upstream)

    @property
    def names(self) -> tuple[str, ...]:
        """Those that its function uses."""
        return () if self.function is None else self.function.__code__.co_names

    @property
    def tables(self) -> list[Callable[..., Any]]:
        """The functions in the tables that it uses: local derivatives by the names of operations."""
        around = getattr(self.function, "__globals__", {})
        held = [around[name] for name in self.names if isinstance(around.get(name), dict)]
        return [thing for table in held for thing in table.values() if inspect.isfunction(thing)]

    @property
    def takes_leaves(self) -> bool:
        return self.function is not None and len(signature(self.function, 0).required or ()) == 2

    def takes_gradient(self, kind: type) -> bool:
        """Whether it can be given the upstream gradient."""
        if self.takes_leaves:
            return False
        of = signature(getattr(kind, self.name) if self.function is None else self.function, 1)
        names = [n for n in (*(of.required or ()), *of.optional) if type(of.defaults.get(n)) is not bool]
        return bool(names) and bool(UPSTREAM.search(names[0].lower()))

    def title(self, kind: type) -> str:
        return f"{kind.__name__}.{self.name}" if self.function is None else self.name


def starts_of(kind: type, module: ModuleType) -> Iterator[Start]:
    """The method of a class, and the functions of its module, by their names."""
    yield from (Start(name) for name in BACKWARD if callable(getattr(kind, name, None)))
    for name, function in list(vars(module).items()):
        is_own = inspect.isfunction(function) and function.__module__ == module.__name__
        if is_own and OF_MODULE.fullmatch(name) and len(signature(function, 0).required or ()) in (1, 2):
            yield Start(name, function)
