"""Small engines, as micrograd: values that know their gradient, with an operation in each method."""

import contextlib
import inspect
import itertools
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Written
from charmlp.doctor.operation.numpy_code.autograd.graph_values import GRADIENT, data_of
from charmlp.doctor.operation.numpy_code.autograd.graphs import BINARY, NO_OPERATION, Graph, tensor
from charmlp.doctor.operation.numpy_code.autograd.starts import starts_of
from charmlp.doctor.operation.options import signature
from charmlp.doctor.operation.source import behind, uses_torch
from charmlp.doctor.operation.unwritten import is_unwritten

OfLeaves = Callable[[Sequence[Any]], Any]  # a value, computed from leaves

NUMBER = 1.7  # a constant on the left of a value
REFLECTED: dict[str, OfLeaves] = {
    "__radd__": lambda leaves: NUMBER + leaves[0],
    "__rsub__": lambda leaves: NUMBER - leaves[0],
    "__rmul__": lambda leaves: NUMBER * leaves[0],
    "__rtruediv__": lambda leaves: NUMBER / leaves[0],
}
ZERO = re.compile(r"_?(zero|reset|clear)_?(the_)?(all_)?grad(ient)?s?", re.IGNORECASE)


def found(module: ModuleType) -> list[Written]:
    """Each operation of each engine in a module, and the engine's own walk through a graph."""
    engines = [one for thing in list(vars(module).values()) if (one := engine_of(thing, module)) is not None]
    return [operation for engine in engines for operation in engine.operations(module)]


def engine_of(thing: Any, module: ModuleType) -> "Engine | None":
    """A class whose instances hold a number and its gradient, with what computes with them, as an engine."""
    if not isinstance(thing, type) or thing.__module__ != module.__name__:
        return None
    if any(base.__module__.split(".")[0] == "torch" for base in thing.__mro__):
        return None
    own = {name for base in thing.__mro__[:-1] for name in vars(base)}
    starts = list(starts_of(thing, module))
    is_known = bool(starts) and starts[0].function is None and bool({"__add__", "__mul__"} & own)
    wraps: list[Callable[[Any], Any]] = [*([tensor] if uses_torch(vars(module)) else []), float, np.array]
    for start, wrap in itertools.product(starts[:1] if is_known else starts, wraps):
        engine = Engine(thing, start, wrap)
        try:
            leaf = engine.leaf(2.0)
            is_one = data_of(leaf) is not None
            if is_known:
                is_one = is_one and any(hasattr(leaf, name) for name in GRADIENT)
                is_one = is_one and isinstance(leaf * leaf if "__mul__" in own else leaf + leaf, thing)
            else:
                is_one = is_one and engine.leads_back(module)
        except NotImplementedError:
            is_one = is_known
        except (Exception, SystemExit):
            is_one = False
        if is_one:
            return engine
    return None


@dataclass(frozen=True)
class Engine(Graph):
    """A class of values with operations, each of which is examined, as its way back through a graph is."""

    # Its operations

    def operations(self, module: ModuleType) -> Iterator[Written]:
        own = {name: thing for base in self.kind.__mro__[-2::-1] for name, thing in vars(base).items()}
        for name, thing in own.items():
            title = f"{self.kind.__name__}.{name}"
            if not callable(thing) and not isinstance(thing, property):
                continue
            if (
                callable(thing)
                and name in {*BINARY, *REFLECTED, "__pow__", "__neg__"}
                and is_unwritten(thing)
            ):
                yield Written(title, (), phrase("unwritten", method=title))
            elif (made := self.operation(name, thing)) is not None:
                functions: list[Any] = [thing, *self.start.tables] if inspect.isfunction(thing) else []
                yield Written(title, (always(made),), code=tuple(functions))
        for name, function, made in self.functions(module):
            others = () if self.start.function is None else (self.start.name,)
            yield Written(name, (always(made),), others=others, code=(function, *self.start.tables))
        if (walk := self.walk(module)) is not None:
            yield Written(self.start.title(self.kind), (always(walk),), others=self.start.names)

    def functions(self, module: ModuleType) -> Iterator[tuple[str, Any, HandWritten]]:
        """The module's functions of one value, of two, or of one and a number."""
        for name, function in list(vars(module).items()):
            is_own = inspect.isfunction(function) and function.__module__ == module.__name__
            if not is_own or name in {self.start.name, *self.used} or NO_OPERATION.fullmatch(name):
                continue
            if not hasattr(self.kind, "__add__") and self.applies_another(function, module):
                continue  # a Function, which is examined by itself
            count = len(signature(function, 0).required or ())
            if count == 1 and self.is_of(function, 1):
                yield name, function, self.unary(name, of_first(function))
            elif count == 2 and self.is_of(function, 2):
                yield name, function, self.binary(name, function)
            elif count == 2 and self.is_of(of_number := with_number(function), 1):
                yield name, function, self.unary(name, of_first(of_number))

    @cached_property
    def used(self) -> set[str]:
        """The names of what its methods use: an operation that is examined as one of them."""
        own = [thing for base in self.kind.__mro__[:-1] for thing in vars(base).values()]
        of_methods = [name for f in own if inspect.isfunction(f) for name in f.__code__.co_names]
        return {*of_methods, *(f.__name__ for f in own if inspect.isfunction(f))}

    def applies_another(self, function: Callable[..., Any], module: ModuleType) -> bool:
        """Whether a function uses another class of its module."""
        names = behind(function).__code__.co_names
        return any(isinstance(vars(module).get(n), type) for n in names if n != self.kind.__name__)

    def leads_back(self, module: ModuleType) -> bool:
        """Whether the gradient of some operation comes back to its values."""
        methods = [
            made
            for base in self.kind.__mro__[:-1]
            for name, thing in vars(base).items()
            if callable(thing) and (made := self.operation(name, thing)) is not None
        ]
        for made in (*methods, *(made for _, _, made in self.functions(module))):
            with contextlib.suppress(Exception):
                _, backward = made.run([0.4, 0.7][: len(made.required)])
                gradients = [np.asarray(one, float) for one in backward((np.asarray(1.0),))]
                if all(np.isfinite(one).all() and one.any() for one in gradients):
                    return True
        return False

    def operation(self, name: str, thing: Any) -> HandWritten | None:
        if name in BINARY:
            return self.binary(name, BINARY[name])
        if name in REFLECTED:
            # mostly the operation the other way round, of which it is said whether gradients add up
            return self.written(name, ("self",), lambda leaves: [REFLECTED[name](leaves)])
        if name == "__pow__":
            return self.unary(name, lambda leaves: leaves[0] ** 3)
        if name == "__neg__":
            return self.unary(name, lambda leaves: -leaves[0])
        if name.startswith("_") or NO_OPERATION.fullmatch(name):
            return None
        if isinstance(thing, staticmethod):
            return self.of_function(name, thing.__func__)
        if not inspect.isfunction(thing):
            return None
        taken = len(signature(thing, 1).required or ())
        if taken == 0 and self.is_of(operator.methodcaller(name), 1):
            return self.unary(name, lambda leaves: getattr(leaves[0], name)())
        if taken == 1 and self.is_of(lambda a, b: getattr(a, name)(b), 2):
            return self.binary(name, lambda a, b: getattr(a, name)(b))
        if taken == 1 and self.is_of(of_number := with_number(thing), 1):
            return self.unary(name, of_first(of_number))
        return None

    def of_function(self, name: str, function: Callable[..., Any]) -> HandWritten | None:
        """A function that stands in the class, of one value or of two: Value.exp(a)."""
        taken = len(signature(function, 0).required or ())
        if taken == 1 and self.is_of(function, 1):
            return self.unary(name, of_first(function))
        return self.binary(name, function) if taken == 2 and self.is_of(function, 2) else None

    def binary(self, name: str, operation: Callable[[Any, Any], Any]) -> HandWritten:
        """Beside it, twice, the same on one value in both places; a matrix times a constant matrix."""

        def twice(leaves: Sequence[Any]) -> list[Any]:
            (x,) = leaves
            other = (
                self.leaf(np.ones(np.shape(data_of(x))[::-1]))
                if "mat" in name or name in ("dot", "mm")
                else x
            )
            return [operation(x, other) for _ in range(2)]

        reused = self.used_twice(name, twice)
        return self.written(name, ("self", "other"), lambda leaves: [operation(*leaves)], reused)

    def unary(self, name: str, operation: OfLeaves) -> HandWritten:
        """Beside it the same, twice, of one value."""
        reused = self.used_twice(name, lambda leaves: [operation(leaves), operation(leaves)])
        return self.written(name, ("self",), lambda leaves: [operation(leaves)], reused)

    def used_twice(self, name: str, twice: Callable[[Sequence[Any]], list[Any]]) -> HandWritten | None:
        """An operation on one value, twice; on a tape the two are added, since one way back uses it up."""
        if self.adds_up:
            return self.written(name, ("self",), twice)
        if not self.has_tape or (plus := self.sum) is None:
            return None
        return self.written(name, ("self",), lambda leaves: [plus(*twice(leaves))])

    def written(
        self,
        name: str,
        inputs: tuple[str, ...],
        outputs: Callable[[Sequence[Any]], list[Any]],
        reused: HandWritten | None = None,
    ) -> HandWritten:
        """An operation on leaves; of several outputs the sum counts. Each backward has a graph of its own."""

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            held = [np.array(value) for value in values]
            with self.apart():
                leaves = [self.leaf(value) for value in held]
                ends = outputs(leaves)
                if any(end is leaf for end in ends for leaf in leaves):
                    raise ValueError("no operation: it returns what it was given")
                ys = [data_of(out) for out in ends]

            def backward(upstream: Outputs) -> Sequence[Any]:
                with self.apart():
                    leaves = [self.leaf(value) for value in held]
                    return self.gradients(leaves, outputs(leaves), upstream[0])

            y = np.asarray(sum(map(np.asarray, ys)))
            return (y if y.dtype == np.float32 else y.astype(float),), backward

        return HandWritten(run, name.strip("_"), inputs, reused=reused)

    # Its walk through a graph

    def walk(self, module: ModuleType | None = None) -> HandWritten | None:
        """Its own backward, where a value is used once, and in a graph where values are used again.

        None where its sum or its product is wrong: that is another mistake.
        """
        own = {name for base in self.kind.__mro__[:-1] for name in vars(base)} & {"__add__", "__mul__"}
        if not all(map(self.is_right, own)):
            return None
        again = self.called_again(module)
        if len(own) == 2:
            once = self.walked(lambda x: x * self.leaf(3.0) + self.leaf(2.0))
            reused = HandWritten(self.walked(used_again), self.start.name, ("self",))
            return HandWritten(once, self.start.name, ("self",), reused=reused, again=again)
        if not own and self.sum is not None and self.product is not None and not self.has_tape:
            plus, times = self.sum, self.product
            once = self.walked(lambda x: plus(times(x, self.leaf(3.0)), self.leaf(2.0)))
            twice = self.walked(lambda x: used_again(x, plus, times))
            reused = HandWritten(twice, self.start.name, ("self",))
            return HandWritten(once, self.start.name, ("self",), reused=reused)
        if not own or not again.meant:
            return None
        of_two = BINARY[own.pop()]
        once = self.walked(lambda x: of_two(of_two(x, self.leaf(3.0)), self.leaf(2.0)))
        return HandWritten(once, self.start.name, ("self",), again=again)

    def called_again(self, module: ModuleType | None) -> HandWritten:
        """A second backward over one graph, after the module's own `zero_grad(parameters)`, if it has one.

        `meant` is the name of that function. Values between the leaf and the end may keep their gradients.
        """
        functions = (
            {name: thing for name, thing in vars(module).items() if ZERO.fullmatch(name)} if module else {}
        )
        own = [
            n
            for n, f in functions.items()
            if inspect.isfunction(f) and len(signature(f, 0).required or ()) == 1
        ]

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            leaf = self.leaf(np.array(values[0]))
            between = leaf + leaf if hasattr(self.kind, "__add__") else leaf * leaf
            out = between + leaf if hasattr(self.kind, "__add__") else between * leaf

            def backward(upstream: Outputs) -> Sequence[Any]:
                self.start.begin(out, [leaf])
                if own:
                    functions[own[0]]([leaf])
                else:
                    self.set_gradient(leaf, 0 * data_of(leaf))
                self.start.begin(out, [leaf])
                return [np.asarray(self.gradient_of(leaf), float) * upstream[0]]

            return (np.asarray(data_of(out), float),), backward

        return HandWritten(run, own[0] if own else "", ("self",))

    def walked(self, function: Callable[[Any], Any]) -> Callable[[Sequence[Any]], tuple[Outputs, Backward]]:
        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            held = np.array(values[0])
            with self.apart():
                y = np.asarray(data_of(function(self.leaf(held))), float)

            def backward(upstream: Outputs) -> Sequence[Any]:
                with self.apart():
                    leaf = self.leaf(held)
                    (gradient,) = self.begun(function(leaf), [leaf])
                return [None if gradient is None else np.asarray(gradient, float) * upstream[0]]

            return (y,), backward

        return run

    def is_right(self, name: str) -> bool:
        """Whether a sum or a product has the right gradients, of two values and of one in every place."""
        made, a, b = self.binary(name, BINARY[name]), 2.0, -3.0
        if made.reused is None:  # a tape knows no value by itself
            return False
        right = ((1.0, 1.0), (4.0,)) if name == "__add__" else ((b, a), (4 * a,))
        try:
            found = [
                [float(gradient) for gradient in one.run(values)[1]((np.asarray(1.0),))]
                for one, values in ((made, (a, b)), (made.reused, (a,)))
            ]
        except Exception:
            return False
        return all(np.allclose(f, r) for f, r in zip(found, right, strict=True))


def always(made: HandWritten) -> Make:
    """The same at all sizes."""
    return lambda sizes, dtype: made


def of_first(function: Callable[[Any], Any]) -> OfLeaves:
    return lambda leaves: function(leaves[0])


def with_number(function: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda value: function(value, NUMBER)


def used_again(
    x: Any, plus: Callable[[Any, Any], Any] = operator.add, times: Callable[[Any, Any], Any] = operator.mul
) -> Any:
    """A graph in which a gradient is complete only after both uses of a value: c, d and x are used twice."""
    c = times(x, x)
    d = plus(c, x)
    return plus(times(c, d), d)
