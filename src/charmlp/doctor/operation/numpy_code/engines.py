"""Small engines, as micrograd: values that know their gradient, with an operation in each method."""

import contextlib
import inspect
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Written
from charmlp.doctor.operation.numpy_code.arrays import is_number_like, shown
from charmlp.doctor.operation.numpy_code.function import as_tensors, in_doubles
from charmlp.doctor.operation.options import signature
from charmlp.doctor.operation.source import behind, uses_torch
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
OTHER_BINARY = ("add", "sub", "mul", "div", "matmul", "dot", "mm", "multiply", "subtract", "divide")
FUNCTIONS = re.compile(r"exp|log|sin|cos|tan|square|sqrt|abs|neg|inverse|cube", re.IGNORECASE)
NO_OPERATION = re.compile(
    r"backward|backprop\w*|zero_?grad\w*|item|numpy|detach|copy|clone|step|build_topo|reset\w*|clear\w*|print\w*|show|"
    r"draw\w*|topo\w*|requires_grad_?|cleargrad|unchain\w*|visualize|plot|to_\w+|tolist|set_\w+|is_\w+"
)
DATA = ("data", "value", "val", "v", "x", "item", "array", "num", "number", "values")
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
ZERO = re.compile(r"_?(zero|reset|clear)_?(the_)?(all_)?grad(ient)?s?", re.IGNORECASE)
BACKWARD = (
    "backward", "backprop", "backpropagate", "back_prop", "backward_pass", "run_backward",
    "compute_gradients",    "backpropagation", "propagate_back", "calc_grad", "compute_grads", "back",
)  # fmt: skip


def is_function(name: str) -> bool:
    """Whether a function of a module has the name of one of a number: an activation's, say."""
    plain = name.lower().replace("_", "")
    of_elements = (kind for kind in kinds().values() if set(kind.gradients) == {"x"})
    return bool(FUNCTIONS.fullmatch(name)) or any(plain in kind.aliases for kind in of_elements)


def found(module: ModuleType) -> list[Written]:
    """Each operation of each engine in a module, and the engine's own walk through a graph."""
    engines = [one for thing in list(vars(module).values()) if (one := engine_of(thing, module)) is not None]
    return [operation for engine in engines for operation in engine.operations(module)]


def engine_of(thing: Any, module: ModuleType) -> "Engine | None":
    """A class that has arithmetic, and whose instances have a gradient, as an engine."""
    if not isinstance(thing, type) or thing.__module__ != module.__name__:
        return None
    if any(base.__module__.split(".")[0] == "torch" for base in thing.__mro__):
        return None
    own = {name for base in thing.__mro__[:-1] for name in vars(base)}
    backward = next((name for name in BACKWARD if callable(getattr(thing, name, None))), None)
    if backward is None or not {"__add__", "__mul__"} & own:
        return None
    wraps: list[Callable[[Any], Any]] = [*([tensor] if uses_torch(vars(module)) else []), float, np.array]
    for wrap in wraps:
        engine = Engine(thing, backward, wrap)
        try:
            leaf = engine.leaf(2.0)
            is_one = data_of(leaf) is not None and any(hasattr(leaf, name) for name in GRADIENT)
            is_one = is_one and isinstance(leaf * leaf if "__mul__" in own else leaf + leaf, thing)
        except NotImplementedError:
            is_one = True
        except (Exception, SystemExit):
            is_one = False
        if is_one:
            return engine
    return None


def data_of(value: Any) -> Any:
    """The number or array that a value holds."""
    return next((held for name in DATA if is_number_like(held := shown(getattr(value, name, None)))), None)


def is_tape(thing: Any) -> bool:
    """Whether it is a list of what is still to be done on the way back."""
    return isinstance(thing, list) and all(inspect.isfunction(one) or isinstance(one, tuple) for one in thing)


def tensor(value: Any) -> Any:
    """What an engine on torch's tensors takes."""
    return as_tensors(np.array(value, float))


@dataclass(frozen=True)
class Engine:
    """A class of values; `wrap` makes a number what it takes."""

    kind: type
    backward_name: str
    wrap: Callable[[Any], Any]

    def leaf(self, value: Any) -> Any:
        if np.ndim(value) and not self.holds_arrays:
            raise TypeError(f"{self.kind.__name__} holds one number")
        of = inspect.signature(self.kind).parameters
        flags = {name: True for name in of if re.fullmatch(r"requires_?grad(ient)?|autograd|track\w*", name)}
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
        return [one for one in (*vars(self.kind).values(), *self.around.values()) if is_tape(one)]

    @cached_property
    def has_tape(self) -> bool:
        """Whether operations go on a tape of the class or the module, which one backward uses up."""
        held = self.tapes
        with contextlib.suppress(Exception), self.apart():
            leaf = self.leaf(2.0)
            _ = leaf * leaf if hasattr(self.kind, "__mul__") else leaf + leaf
            return any(tape and is_tape(tape) for tape in held)
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
        return isinstance(data_of(self.leaf(2.0)), np.ndarray | np.generic)

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
                yield Written(title, (always(made),), code=(thing,) if inspect.isfunction(thing) else ())
        for name, function in vars(module).items():
            if inspect.isfunction(function) and is_function(name) and self.is_of_one(function):
                yield Written(name, (always(self.unary(name, of_first(function))),), code=(function,))
        if (walk := self.walk(module)) is not None:
            title = f"{self.kind.__name__}.{self.backward_name}"
            yield Written(title, (always(walk),))

    def operation(self, name: str, thing: Any) -> HandWritten | None:
        if name in BINARY:
            return self.binary(name, BINARY[name])
        if name in OTHER_BINARY and self.is_of_two(name):
            return self.binary(name, lambda a, b: getattr(a, name)(b))
        if name in REFLECTED:
            # mostly the operation the other way round, of which it is said whether gradients add up
            return self.written(name, ("self",), lambda leaves: [REFLECTED[name](leaves)])
        if name == "__pow__":
            return self.unary(name, lambda leaves: leaves[0] ** 3)
        if name == "__neg__":
            return self.unary(name, lambda leaves: -leaves[0])
        if name.startswith("_") or NO_OPERATION.fullmatch(name) or not inspect.isfunction(thing):
            return None
        if signature(thing, 1).required == () and self.is_of_one(lambda value: getattr(value, name)()):
            return self.unary(name, lambda leaves: getattr(leaves[0], name)())
        return None

    def is_of_one(self, function: Callable[[Any], Any]) -> bool:
        """Whether it makes another value of one."""
        try:
            leaf = self.leaf(0.5)
            result = function(leaf)
            return isinstance(result, self.kind) and result is not leaf
        except Exception:
            return False

    def is_of_two(self, name: str) -> bool:
        for one, other in ((0.5, 0.7), (np.ones((2, 2)), np.ones((2, 2)))):
            with contextlib.suppress(Exception):
                return isinstance(getattr(self.leaf(one), name)(self.leaf(other)), self.kind)
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

        reused = None if self.has_tape else self.written(name, ("self",), twice)
        return self.written(name, ("self", "other"), lambda leaves: [operation(*leaves)], reused)

    def unary(self, name: str, operation: OfLeaves) -> HandWritten:
        """Beside it the same, twice, of one value."""
        both = self.written(name, ("self",), lambda leaves: [operation(leaves), operation(leaves)])
        reused = None if self.has_tape else both
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
                ys = [data_of(out) for out in outputs([self.leaf(value) for value in held])]

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
        elif self.takes_gradient:
            for out in outputs:
                self.backward_from(out, g)
        elif self.multiplies:
            for out in outputs:
                getattr(out * self.leaf(g), self.backward_name)()
        else:  # from a gradient of 1
            for out in outputs:
                getattr(out, self.backward_name)()
            return [None if (d := self.gradient_of(leaf)) is None else np.asarray(d) * g for leaf in leaves]
        return [self.gradient_of(leaf) for leaf in leaves]

    def through_closures(self, outputs: Sequence[Any], g: Any) -> None:
        """Call each value's own closure, in topological order: their backward would start from 1."""
        order: list[Any] = []
        for out in outputs:
            add_in_order(out, order)
            self.set_gradient(out, g)
        for value in reversed(order):
            closure = closure_of(value)
            if closure is not None and parents_of(value):
                takes = signature(closure, 0).required
                closure(*([self.raw_gradient(value)] if takes else []))

    @cached_property
    def takes_gradient(self) -> bool:
        """Whether backward can be given the upstream gradient."""
        of = signature(getattr(self.kind, self.backward_name), 1)
        names = [
            name for name in (*(of.required or ()), *of.optional) if type(of.defaults.get(name)) is not bool
        ]
        return bool(names) and bool(re.search(r"grad|up|^g|dout|seed|^d|delta|bar|value", names[0].lower()))

    @cached_property
    def has_values_as_gradients(self) -> bool:
        """Whether gradients are values of the engine as well."""
        try:
            leaf = self.leaf(2.0)
            getattr(leaf * leaf, self.backward_name)()
            return isinstance(self.raw_gradient(leaf), self.kind)
        except Exception:
            return False

    def backward_from(self, out: Any, g: Any) -> None:
        g = self.held_by(out, g)
        getattr(out, self.backward_name)(self.kind(g) if self.has_values_as_gradients else g)

    @cached_property
    def multiplies(self) -> bool:
        """Whether its multiplication is right, so that an upstream gradient can be led through it."""
        try:
            a, b = self.leaf(2.0), self.leaf(-3.0)
            getattr(a * b, self.backward_name)()
            return float(self.gradient_of(a)) == -3.0 and float(self.gradient_of(b)) == 2.0
        except Exception:
            return False

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
            reused = HandWritten(self.walked(used_again), self.backward_name, ("self",))
            return HandWritten(once, self.backward_name, ("self",), reused=reused, again=again)
        if not again.meant:
            return None
        of_two = BINARY[own.pop()]
        once = self.walked(lambda x: of_two(of_two(x, self.leaf(3.0)), self.leaf(2.0)))
        return HandWritten(once, self.backward_name, ("self",), again=again)

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
                getattr(out, self.backward_name)()
                if own:
                    functions[own[0]]([leaf])
                else:
                    self.set_gradient(leaf, 0 * data_of(leaf))
                getattr(out, self.backward_name)()
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
                    getattr(function(leaf), self.backward_name)()
                    gradient = self.gradient_of(leaf)
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


def used_again(x: Any) -> Any:
    """A graph in which a gradient is complete only after both uses of a value: c, d and x are used twice."""
    c = x * x
    d = c + x
    return c * d + d


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
