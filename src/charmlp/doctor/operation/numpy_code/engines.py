"""Small engines, as micrograd: values that know their gradient, with an operation in each method."""

import contextlib
import functools
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
from charmlp.doctor.operation.numpy_code.arrays import shown
from charmlp.doctor.operation.numpy_code.function import as_tensors, in_doubles
from charmlp.doctor.operation.numpy_code.graph_values import (
    GRADIENT,
    add_in_order,
    closure_of,
    data_of,
    is_tape,
    ones_as,
    parents_of,
)
from charmlp.doctor.operation.numpy_code.starts import UPSTREAM, Start, starts_of
from charmlp.doctor.operation.options import signature
from charmlp.doctor.operation.source import behind, source_of, uses_torch
from charmlp.doctor.operation.unwritten import is_unwritten

OfLeaves = Callable[[Sequence[Any]], Any]  # a value, computed from leaves

BINARY = {
    "__add__": operator.add, "__sub__": operator.sub, "__mul__": operator.mul,
    "__truediv__": operator.truediv, "__matmul__": operator.matmul, "__div__": operator.truediv,
}  # fmt: skip
NUMBER = 1.7  # a constant on the left of a value
REFLECTED: dict[str, OfLeaves] = {
    "__radd__": lambda leaves: NUMBER + leaves[0],
    "__rsub__": lambda leaves: NUMBER - leaves[0],
    "__rmul__": lambda leaves: NUMBER * leaves[0],
    "__rtruediv__": lambda leaves: NUMBER / leaves[0],
}
NO_OPERATION = re.compile(
    r"backward|backprop\w*|zero_?grad\w*|item|numpy|detach|copy|clone|step|build_topo|reset\w*|clear\w*|print\w*|show|"
    r"draw\w*|topo\w*|requires_grad_?|cleargrad|unchain\w*|visualize|plot|to_\w+|tolist|set_\w+|is_\w+"
)
ZERO = re.compile(r"_?(zero|reset|clear)_?(the_)?(all_)?grad(ient)?s?", re.IGNORECASE)
FLAG = re.compile(r"requires_?grad(ient)?|autograd|track\w*", re.IGNORECASE)


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


def tensor(value: Any) -> Any:
    """What an engine on torch's tensors takes."""
    return as_tensors(np.array(value, float))


@dataclass(frozen=True)
class Engine:
    """A class of values; at `start` the way back begins, and `wrap` makes a number what it takes."""

    kind: type
    start: Start
    wrap: Callable[[Any], Any]

    def leaf(self, value: Any) -> Any:
        if np.ndim(value) and not self.holds_arrays:
            raise TypeError(f"{self.kind.__name__} holds one number")
        of = inspect.signature(self.kind).parameters
        flags = {name: True for name in of if FLAG.fullmatch(name)}
        if self.wrap is tensor:
            return self.kind(tensor(value), **flags)
        return self.kind(np.array(value) if np.ndim(value) else self.wrap(float(value)), **flags)

    @property
    def around(self) -> dict[str, Any]:
        """All names of its module."""
        around: dict[str, Any] = getattr(behind(self.kind.__init__), "__globals__", {})  # type: ignore[misc]
        return around

    @property
    def tapes(self) -> list[list[Any]]:
        """Lists of the class, of its module and of the objects that the module has."""
        held = [thing for thing in self.around.values() if type(thing).__module__ == self.kind.__module__]
        of = [vars(self.kind), self.around, *(vars(one) for one in held if hasattr(one, "__dict__"))]
        return [one for names in of for one in list(names.values()) if is_tape(one)]

    @cached_property
    def adds_up(self) -> bool:
        """Whether two uses of a value meet again, and no tape is used up by the first."""
        return not self.has_tape and any(self.is_of(two, 2) for two in self.of_two)

    @cached_property
    def has_tape(self) -> bool:
        """Whether operations go on a tape of the class or the module, which one backward uses up."""
        held = self.tapes
        if not held:
            return False
        tried = itertools.product((2.0, np.ones((2, 2))), (1, 2), self.of_two)
        return any(self.leaves_on(held, *one) for one in tried)

    def leaves_on(
        self, tapes: Sequence[list[Any]], value: Any, count: int, operation: Callable[..., Any]
    ) -> bool:
        """Whether an operation on so many values leaves something on a tape."""
        with contextlib.suppress(Exception), self.apart():
            operation(*[self.leaf(value)] * count)
            return any(tape and is_tape(tape) for tape in tapes)
        return False

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """For one run: tapes that the class or the module keeps are empty, and afterwards as they were."""
        held = self.tapes
        before = [list(tape) for tape in held]
        for tape in held:
            tape.clear()
        try:
            with in_doubles(self.around):
                yield
        finally:
            for tape, entries in zip(held, before, strict=True):
                tape[:] = entries

    @cached_property
    def holds_arrays(self) -> bool:
        """Those that NumPy made of a number, or whose class makes arrays."""
        makes = re.search(r"np\.(ones|zeros|full|asarray|array)", source_of(self.kind))
        return isinstance(data_of(self.leaf(2.0)), np.ndarray | np.generic) or bool(makes)

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
        if name.startswith("_") or NO_OPERATION.fullmatch(name) or not inspect.isfunction(thing):
            return None
        taken = len(signature(thing, 1).required or ())
        if taken == 0 and self.is_of(operator.methodcaller(name), 1):
            return self.unary(name, lambda leaves: getattr(leaves[0], name)())
        if taken == 1 and self.is_of(lambda a, b: getattr(a, name)(b), 2):
            return self.binary(name, lambda a, b: getattr(a, name)(b))
        return None

    def is_of(self, function: Callable[..., Any], count: int) -> bool:
        """Whether it makes another value of so many."""
        for value in (0.5, np.ones((2, 2))):
            with contextlib.suppress(Exception), self.apart():
                leaves = [self.leaf(value) for _ in range(count)]
                result = function(*leaves)
                return isinstance(result, self.kind) and all(result is not leaf for leaf in leaves)
        return False

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

        reused = self.written(name, ("self",), twice) if self.adds_up else None
        return self.written(name, ("self", "other"), lambda leaves: [operation(*leaves)], reused)

    def unary(self, name: str, operation: OfLeaves) -> HandWritten:
        """Beside it the same, twice, of one value."""
        both = self.written(name, ("self",), lambda leaves: [operation(leaves), operation(leaves)])
        reused = both if self.adds_up else None
        return self.written(name, ("self",), lambda leaves: [operation(leaves)], reused)

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

    # Its backward

    def gradients(self, leaves: Sequence[Any], outputs: Sequence[Any], g: Any) -> list[Any]:
        """Those of the leaves, where each output has the upstream gradient g."""
        g = np.array(g) if isinstance(data_of(outputs[0]), np.ndarray) else float(g)
        if all(closure_of(out) is not None and parents_of(out) for out in outputs):
            self.through_closures(outputs, g)
        elif self.start.takes_gradient(self.kind):
            for out in outputs:
                self.backward_from(out, g)
        elif self.product is not None and self.sum is not None:
            end = functools.reduce(self.sum, [self.product(out, self.leaf(g)) for out in outputs])
            return self.begun(end, leaves)
        elif self.product is not None and self.start.function is None:
            for out in outputs:
                self.start.begin(self.product(out, self.leaf(g)), leaves)
        else:  # from a gradient of 1, or of ones
            end = outputs[0] if self.sum is None else functools.reduce(self.sum, outputs)
            if np.ndim(g):
                with ones_as(g, self.around):
                    return self.begun(end, leaves)
            found = self.begun(end, leaves)
            return [None if one is None else np.asarray(one) * g for one in found]
        return [self.gradient_of(leaf) for leaf in leaves]

    def begun(self, end: Any, leaves: Sequence[Any]) -> list[Any]:
        """The gradients of leaves after the way back from an end: returned by it, or left on them."""
        returned = self.start.begin(end, leaves)
        if self.start.takes_leaves and isinstance(returned, list | tuple):
            return [data_of(one) if isinstance(one, self.kind) else one for one in returned]
        return [self.gradient_of(leaf) for leaf in leaves]

    @cached_property
    def of_two(self) -> list[Callable[[Any, Any], Any]]:
        """The operations on two values: operators, methods, the module's functions."""
        operators = [of for name, of in BINARY.items() if hasattr(self.kind, name)]
        methods = [
            functools.partial(call_method, name)
            for name, thing in vars(self.kind).items()
            if inspect.isfunction(thing) and not NO_OPERATION.fullmatch(name) and name[0] != "_"
        ]
        functions = [
            f for f in self.around.values() if inspect.isfunction(f) and f is not self.start.function
        ]
        return [*operators, *methods, *functions]

    def right_one(self, of: Callable[[float, float], tuple[float, float, float]]) -> Any:
        """The operation on two values whose value and gradients these are; None if there is none."""
        for two in self.of_two:
            with contextlib.suppress(Exception), self.apart():
                a, b = self.leaf(2.0), self.leaf(-3.0)
                end = two(a, b)
                value, *slopes = of(2.0, -3.0)
                is_it = isinstance(end, self.kind) and float(data_of(end)) == value
                if is_it and [float(one) for one in self.begun(end, (a, b))] == slopes:
                    return two
        return None

    @cached_property
    def sum(self) -> Callable[[Any, Any], Any] | None:
        """Its addition, if that is right: several outputs can then be led back at once."""
        return self.right_one(lambda a, b: (a + b, 1.0, 1.0))

    @cached_property
    def product(self) -> Callable[[Any, Any], Any] | None:
        """Its multiplication, if that is right: an upstream gradient can then be led through it."""
        return self.right_one(lambda a, b: (a * b, b, a))

    def through_closures(self, outputs: Sequence[Any], g: Any) -> None:
        """Call each value's own closure, in topological order: their backward would start from 1."""
        order: list[Any] = []
        for out in outputs:
            add_in_order(out, order)
            self.set_gradient(out, g)
        for value in reversed(order):
            closure = closure_of(value)
            if closure is not None and parents_of(value):
                takes = signature(closure, 0).required or ()
                given = self.raw_gradient(value) if takes and UPSTREAM.search(takes[0]) else value
                closure(*([given] if takes else []))

    @cached_property
    def has_values_as_gradients(self) -> bool:
        """Whether gradients are values of the engine as well."""
        try:
            leaf = self.leaf(2.0)
            self.start.begin(leaf * leaf, [leaf])
            return isinstance(self.raw_gradient(leaf), self.kind)
        except Exception:
            return False

    def backward_from(self, out: Any, g: Any) -> None:
        g = self.held_by(out, g)
        self.start.begin(out, (), self.kind(g) if self.has_values_as_gradients else g)

    def gradient_name(self, value: Any) -> str:
        return next((name for name in GRADIENT if hasattr(value, name)), "grad")

    def raw_gradient(self, value: Any) -> Any:
        return getattr(value, self.gradient_name(value), None)

    def gradient_of(self, value: Any) -> Any:
        held = self.raw_gradient(value)
        return data_of(held) if isinstance(held, self.kind) else shown(held)

    def held_by(self, value: Any, g: Any) -> Any:
        """A gradient as the engine holds it: a tensor of the dtype of its value."""
        if self.wrap is not tensor:
            return g
        return tensor(g).float() if data_of(value).dtype == np.float32 else tensor(g)

    def set_gradient(self, value: Any, g: Any) -> None:
        name = self.gradient_name(value)
        g = self.held_by(value, g)
        setattr(value, name, self.kind(g) if isinstance(getattr(value, name), self.kind) else g)

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


def call_method(name: str, value: Any, other: Any) -> Any:
    return getattr(value, name)(other)


def used_again(
    x: Any, plus: Callable[[Any, Any], Any] = operator.add, times: Callable[[Any, Any], Any] = operator.mul
) -> Any:
    """A graph in which a gradient is complete only after both uses of a value: c, d and x are used twice."""
    c = times(x, x)
    d = plus(c, x)
    return plus(times(c, d), d)
