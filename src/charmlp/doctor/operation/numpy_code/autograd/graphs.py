"""Values that know their gradient: leaves of a class, and the way back to them from what is made of them."""

import contextlib
import functools
import inspect
import itertools
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.arrays import shown
from charmlp.doctor.operation.numpy_code.autograd.graph_values import (
    GRADIENT,
    add_in_order,
    closure_of,
    data_of,
    is_tape,
    ones_as,
    parents_of,
)
from charmlp.doctor.operation.numpy_code.autograd.starts import UPSTREAM, Start
from charmlp.doctor.operation.numpy_code.function import as_tensors, in_doubles
from charmlp.doctor.operation.options import signature
from charmlp.doctor.operation.source import behind, source_of

BINARY = {
    "__add__": operator.add, "__sub__": operator.sub, "__mul__": operator.mul,
    "__truediv__": operator.truediv, "__matmul__": operator.matmul, "__div__": operator.truediv,
}  # fmt: skip
NO_OPERATION = re.compile(
    r"backward|backprop\w*|zero_?grad\w*|item|numpy|detach|copy|clone|step|build_topo|reset\w*|clear\w*|print\w*|show|"
    r"draw\w*|topo\w*|requires_grad_?|cleargrad|unchain\w*|visualize|plot|to_\w+|tolist|set_\w+|is_\w+"
)
FLAG = re.compile(r"requires_?grad(ient)?|autograd|track\w*", re.IGNORECASE)


@dataclass(frozen=True)
class Graph:
    """Values of one class: leaves of it, operations on two of them, and the way back to their gradients.

    At `start` the way back begins, and `wrap` makes a number what the class takes.
    """

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

    def is_of(self, function: Callable[..., Any], count: int) -> bool:
        """Whether it makes another value of so many."""
        for value in (0.5, np.ones((2, 2))):
            with contextlib.suppress(Exception), self.apart():
                leaves = [self.leaf(value) for _ in range(count)]
                result = function(*leaves)
                return isinstance(result, self.kind) and all(result is not leaf for leaf in leaves)
        return False

    def gradients(self, leaves: Sequence[Any], outputs: Sequence[Any], g: Any) -> list[Any]:
        """Those of the leaves, where each output has the upstream gradient g."""
        g = np.array(g) if isinstance(data_of(outputs[0]), np.ndarray) else float(g)
        if all(closure_of(out) is not None and parents_of(out) for out in outputs) and self.closures_add:
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
            return [self.plain(one) for one in returned]
        if isinstance(returned, Mapping):  # the gradients of all values
            keys = [next((key for key in (leaf, id(leaf)) if key in returned), None) for leaf in leaves]
            return [None if key is None else self.plain(returned[key]) for key in keys]
        return [self.gradient_of(leaf) for leaf in leaves]

    def plain(self, value: Any) -> Any:
        """A number or an array, which a value of the engine may hold."""
        return data_of(value) if isinstance(value, self.kind) else value

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
            if closure_of(value) is not None and parents_of(value):
                self.follow(value)

    def follow(self, value: Any) -> Any:
        """What the closure of a value returns, which is given its gradient, the value or nothing."""
        closure = closure_of(value)
        takes = signature(closure, 0).required or ()
        given = self.raw_gradient(value) if takes and UPSTREAM.search(takes[0]) else value
        return closure(*([given] if takes else []))

    @cached_property
    def closures_add(self) -> bool:
        """Whether a value's closure adds to gradients; else it returns them, and backward itself does."""
        for two in self.of_two:
            with contextlib.suppress(Exception), self.apart():
                end = two(self.leaf(2.0), self.leaf(3.0))
                if closure_of(end) is not None and parents_of(end):
                    self.set_gradient(end, 1.0)
                    return self.follow(end) is None
        return True

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
        return shown(self.plain(self.raw_gradient(value)))

    def held_by(self, value: Any, g: Any) -> Any:
        """A gradient as the engine holds it: a tensor of the dtype of its value."""
        if self.wrap is not tensor:
            return g
        return tensor(g).float() if data_of(value).dtype == np.float32 else tensor(g)

    def set_gradient(self, value: Any, g: Any) -> None:
        name = self.gradient_name(value)
        g = self.held_by(value, g)
        setattr(value, name, self.kind(g) if isinstance(getattr(value, name), self.kind) else g)


def tensor(value: Any) -> Any:
    """What an engine on torch's tensors takes."""
    return as_tensors(np.array(value, float))


def call_method(name: str, value: Any, other: Any) -> Any:
    return getattr(value, name)(other)
