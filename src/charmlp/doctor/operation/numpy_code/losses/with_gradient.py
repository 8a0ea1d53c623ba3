"""A function that is its own backward pass: it returns gradients with its result, or a closure for them."""

import ast
import functools
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.gradients import by_input, led_through, of_one, order_of, times
from charmlp.doctor.operation.numpy_code.names import (
    DATA,
    is_gradient,
    is_loss,
    is_mask,
    is_truth,
    is_upstream,
    prediction_of,
)
from charmlp.doctor.operation.numpy_code.passes import reading
from charmlp.doctor.operation.source import behind, returned_closures, returned_parts, source_of

FLAG = re.compile(
    r"(is_?|return_?|get_?)?(deriv|derivative|prime|grads?|gradient|diff|backward|derive|back|d|derivate)"
)


@dataclass(frozen=True)
class Loss:
    """A function that returns a loss and its gradient, in one order or the other."""

    function: Function

    @property
    def arrays(self) -> list[str]:
        return [name for name in self.function.inputs if not self.function.is_option(name)]

    @cached_property
    def is_last(self) -> bool:
        """Whether the loss comes last: grads, cost."""
        return comes_last(self.function.returns)

    @property
    def gradient_names(self) -> list[str]:
        names = self.function.returns[:-1] if self.is_last else self.function.returns[1:]
        return self.function.returns_inside if len(names) == 1 and self.function.returns_inside else names

    @property
    def constants(self) -> list[str]:
        """The inputs that it gives no gradient of."""
        inputs = self.function.inputs
        order = order_of(self.gradient_names, inputs)
        if order is not None:
            return [name for i, name in enumerate(inputs) if i not in order]
        if len(self.gradient_names) > 1:
            return []
        free = [name for name in inputs if name not in self.function.conditions] or list(inputs)
        prediction = free[prediction_of(free)]
        return [name for name in inputs if name != prediction]

    def split(self, result: Sequence[Any]) -> tuple[Any, Any]:
        """The loss, and its gradient or gradients."""
        loss, rest = (result[-1], result[:-1]) if self.is_last else (result[0], result[1:])
        return loss, rest[0] if len(rest) == 1 else tuple(rest)

    def sorted(self, gradient: Any, values: Sequence[Any]) -> list[Any]:
        inputs = self.function.inputs
        real = [i for i, value in enumerate(values) if np.asarray(value).dtype.kind == "f"]
        if isinstance(gradient, tuple | list) and len(gradient) == len(real) < len(inputs):
            of_real = by_input(gradient, [inputs[i] for i in real], self.gradient_names)
            return [of_real[real.index(i)] if i in real else None for i in range(len(inputs))]
        if isinstance(gradient, Mapping | tuple | list):
            return by_input(gradient, inputs, self.gradient_names)
        return of_one(gradient, inputs, values, self.gradient_names)

    def readings(self) -> tuple[Make, ...]:
        return (reading(self.written),)

    def written(self) -> HandWritten:
        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            loss, gradient = self.split(self.function(self.function.arguments(values)))
            found = self.sorted(gradient, values)
            return (loss,), lambda upstream: [times(one, upstream[0]) for one in found]

        return self.function.written(run, None, self.constants)


def returns_gradient(function: Function) -> bool:
    """Whether a return statement gives a loss and a gradient."""
    names = function.returns
    if len(names) < 2 or not function.inputs:
        return False
    parts = returned_parts(function.call)
    if any(keeps_inputs(part, function.inputs) or is_text(part) for part in parts):
        return False
    first, rest = names[0], names[1:]
    if is_loss(first) and all(map(is_gradient, rest)):
        return True
    if comes_last(names):
        return True
    called = re.search(
        r"loss|cost|objective|svm|nll|entropy|penalty|hinge|mse|regulari", function.name.lower()
    )
    others = [name for name in function.inputs if not function.is_option(name) and not is_mask(name)]
    parameters = [name for name in others if not (is_truth(name) or DATA.fullmatch(name))]
    all_there = len(rest) == max(len(parameters), 1)  # a gradient of each
    computed = [not isinstance(part, ast.Name) for part in returned_parts(function.call)[1:]]
    return (
        bool(called)
        and (len(names) == 2 or all_there)
        and all(not n or is_gradient(n) or (c and all_there) for n, c in zip(rest, computed, strict=True))
    )


def keeps_inputs(part: ast.expr, inputs: Sequence[str]) -> bool:
    """Whether it is a dict of numbers that a backward pass will need, an input among them."""
    return isinstance(part, ast.Dict) and any(isinstance(v, ast.Name) and v.id in inputs for v in part.values)


def is_text(part: ast.expr) -> bool:
    """Whether it is a metric's name, which it is returned with."""
    return isinstance(part, ast.Constant) and isinstance(part.value, str)


def comes_last(names: Sequence[str]) -> bool:
    """Whether gradients come before the loss that they are of: grads, cost."""
    return is_loss(names[-1]) and not is_gradient(names[-1]) and all(map(is_gradient, names[:-1]))


@dataclass(frozen=True)
class WithClosure:
    """A function that returns its output and, in place `where`, a function that leads gradients back."""

    function: Function
    where: int

    def readings(self) -> tuple[Make, ...]:
        return (reading(self.written),)

    def written(self) -> HandWritten:
        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            result = list(self.function(self.function.arguments(values)))
            pullback = called_back(result.pop(self.where))

            def backward(upstream: Outputs) -> Sequence[Any]:
                found = computed(pullback(*[g if np.ndim(g) else float(g) for g in upstream]))
                if isinstance(found, Mapping | tuple | list):
                    return by_input(found, self.function.inputs)
                return of_one(found, self.function.inputs, values, ())

            return tuple(result), backward

        return self.function.written(run)


def closure_in(function: Function) -> int | None:
    """Where a function returns the one that leads gradients back, beside what it computes."""
    places = [i for i, inner in returned_closures(function.call).items() if takes_one(inner)]
    if not function.signature.optional:  # an axis, say, decides what it is
        places += [
            i for i, part in enumerate(returned_parts(function.call)) if makes_backward(part, function)
        ]
    return places[0] if len(places) == 1 and len(function.returns) == 2 and function.inputs else None


PULLBACKS = ("__call__", "backward", "apply", "vjp", "bwd", "pullback", "grad", "gradient")


def makes_backward(part: ast.expr, function: Function) -> bool:
    """Whether an expression makes an object of the module that leads gradients back: `ExpBackward(out)`."""
    if not isinstance(part, ast.Call) or not isinstance(part.func, ast.Name):
        return False
    kind = getattr(behind(function.call), "__globals__", {}).get(part.func.id)
    is_own = isinstance(kind, type) and kind.__module__ == behind(function.call).__module__
    return is_own and any(name in vars(kind) for name in PULLBACKS)


def called_back(pullback: Any) -> Any:
    """What leads gradients back: a function, or a method of an object."""
    if inspect.isfunction(pullback):
        return pullback
    return next(getattr(pullback, name) for name in PULLBACKS if callable(getattr(pullback, name, None)))


def computed(found: Any) -> Any:
    """The gradients, where a dict holds functions that compute them once they are asked for."""
    if isinstance(found, Mapping):
        return {name: one() if callable(one) else one for name, one in found.items()}
    return found


def takes_one(inner: ast.FunctionDef | ast.Lambda) -> bool:
    return len(inner.args.args) - len(inner.args.defaults) == 1


@dataclass(frozen=True)
class Flagged:
    """One function that gives the derivative where a flag is set."""

    function: Function
    flag: str

    def readings(self) -> tuple[Make, ...]:
        return tuple(reading(functools.partial(self.written, of)) for of in ("input", "output"))

    def written(self, which: str) -> HandWritten:
        (name,) = self.function.inputs

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            y = self.function({name: values[0]})
            x = y if which == "output" else values[0]
            return (y,), lambda upstream: [
                led_through(self.function({name: x, self.flag: True}), upstream[0])
            ]

        return HandWritten(run, self.function.meant, (name,), note=phrase(f"derivative-of-{which}"))


def flag_of(function: Function) -> str | None:
    """The name of a flag that asks for the derivative."""
    defaults = function.signature.defaults
    flags = [name for name, value in defaults.items() if value is False and FLAG.fullmatch(name.lower())]
    return flags[0] if flags and len(function.inputs) == 1 else None


@dataclass(frozen=True)
class Led:
    """One function that gives the gradients of its inputs where it is given that of its output: dzdy=None."""

    function: Function
    upstream: str

    def readings(self) -> tuple[Make, ...]:
        return (reading(self.written),)

    def written(self) -> HandWritten:
        inputs = self.function.inputs

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            given = self.function.arguments(values)
            result = self.function(given)
            outputs = tuple(result) if isinstance(result, tuple) else (result,)

            def backward(upstream: Outputs) -> Sequence[Any]:
                g = upstream[0] if np.ndim(upstream[0]) else float(upstream[0])
                found = self.function({**given, self.upstream: g})
                if isinstance(found, Mapping | tuple | list):
                    return by_input(found, inputs)
                return [found, *[None] * (len(inputs) - 1)]

            return outputs, backward

        of_one = len(self.function.returns) < 2
        return self.function.written(run, None, inputs[1:] if of_one else ())


BY_OUTPUT = re.compile(r"d[a-z]_?d[a-z]\w*", re.IGNORECASE)  # dzdy, dL_dy


def upstream_asked(function: Function) -> str | None:
    """The name of an upstream gradient that may be left out: without it the result is that of forward."""
    source = source_of(function.call)
    names = [name for name, value in function.signature.defaults.items() if value is None]
    asked = [
        name
        for name in names
        if (is_upstream(name) or BY_OUTPUT.fullmatch(name))
        and re.search(rf"\b{name} is (not )?None\b", source)
    ]
    return asked[0] if len(asked) == 1 and function.inputs else None
