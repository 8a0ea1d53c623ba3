"""Gradients written as NumPy classes: layers, activations, losses that keep what backward needs."""

import copy
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.constructing import construct
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes, Written
from charmlp.doctor.operation.numpy_code.arrays import Place, gradients_on, weights
from charmlp.doctor.operation.numpy_code.functions import TRUTH, led_through, prediction_of
from charmlp.doctor.operation.numpy_code.gradients import by_input, returned_names, times
from charmlp.doctor.operation.numpy_code.names import OUTPUT, is_upstream, of_gradient
from charmlp.doctor.operation.options import Signature, signature

# Methods in the order in which they are looked for: a layer may have a forward and a `__call__` that uses it.
FORWARD = [
    "forward",
    "fprop",
    "forward_pass",
    "feed_forward",
    "feedforward",
    "forward_propagation",
    "forward_prop",
    "propagate",
    "calculate",
    "compute",
    "loss",
    "cost",
    "__call__",
    "activate",
    "activation",
    "function",
    "fn",
    "func",
    "f",
    "apply",
    "call",
    "calc",
    "compute_loss",
]
BACKWARD = [
    "backward",
    "bprop",
    "backward_pass",
    "back_prop",
    "backprop",
    "backpropagate",
    "backward_propagation",
    "back_propagation",
    "backpropagation",
    "backward_prop",
    "gradient",
    "grad",
    "derivative",
    "deriv",
    "prime",
    "df",
    "d",
    "delta",
    "compute_gradient",
    "gradients",
    "dloss",
    "loss_prime",
    "derivate",
    "diff",
    "calculate_gradient",
]
RATE = re.compile(r"lr|eta|learning_?rate|alpha|step(_size)?|rate")


def found(module: ModuleType) -> list[Written]:
    """The classes of a module that have a forward and a backward method, in its order."""
    own = [thing for thing in vars(module).values() if is_own(thing, module)]
    bases = {base for kind in own for base in kind.__mro__[1:]}
    return [written(kind) for kind in own if methods(kind) and kind not in bases]


def is_own(thing: Any, module: ModuleType) -> bool:
    if not isinstance(thing, type) or thing.__module__ != module.__name__ or issubclass(thing, BaseException):
        return False
    return not any(base.__module__.split(".")[0] == "torch" for base in thing.__mro__)


def methods(kind: type) -> tuple[str, str] | None:
    """The names of its forward and backward method."""
    forward = [name for name in FORWARD if callable(getattr(kind, name, None)) and is_hand_made(kind, name)]
    backward = [name for name in BACKWARD if callable(getattr(kind, name, None)) and is_hand_made(kind, name)]
    return (forward[0], backward[0]) if forward and backward else None


def is_hand_made(kind: type, name: str) -> bool:
    return any(name in vars(base) for base in kind.__mro__[:-1])


def written(kind: type) -> Written:
    names = methods(kind)
    assert names is not None
    layer = Layer(kind, *names)
    return Written(
        kind.__name__, tuple(layer.make(of_output) for of_output in (False, True)[: layer.readings])
    )


@dataclass(frozen=True)
class Layer:
    """A class with a forward and a backward method."""

    kind: type
    forward: str
    backward: str

    @property
    def forward_takes(self) -> tuple[str, ...]:
        return self.signature(self.forward).required or ()

    @property
    def backward_takes(self) -> tuple[str, ...]:
        return self.signature(self.backward).required or ()

    def signature(self, method: str) -> Signature:
        """What a method is given, without its object."""
        is_static = isinstance(inspect.getattr_static(self.kind, method), staticmethod | classmethod)
        return signature(inspect.unwrap(getattr(self.kind, method)), 0 if is_static else 1)

    @property
    def is_loss(self) -> bool:
        """Whether it is given predictions and what they should be."""
        return len(self.forward_takes) == 2 and any(map(TRUTH.fullmatch, self.forward_takes))

    @property
    def is_derivative(self) -> bool:
        """Whether its gradient is a function of the input or the output, and of no upstream gradient."""
        takes = [name for name in self.backward_takes if not RATE.fullmatch(name)]
        return len(takes) == 1 and not is_upstream(takes[0]) and len(self.forward_takes) == 1

    @property
    def readings(self) -> int:
        return 1 + self.is_derivative

    def make(self, of_output: bool) -> Make:
        return lambda sizes, dtype: self.at(sizes, of_output)

    def at(self, sizes: Sizes, of_output: bool) -> HandWritten:
        """An instance as one operation: its weights are further inputs."""
        original = construct(self.kind, sizes, arrays=True)
        places = weights(original)
        of, n = self.signature(self.forward), len(self.forward_takes)
        takes_output = of_output != (self.is_derivative and bool(OUTPUT.fullmatch(self.backward_takes[0])))

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            own = copy.deepcopy(original)
            for place, value in zip(places, values[n : n + len(places)], strict=True):
                put(own, place, value)
            result = getattr(own, self.forward)(*values[:n], *values[n + len(places) :])
            y = output_of(own, result)
            known = dict(zip(self.forward_takes, values, strict=False))
            return (y,), Running(self, own, copy.deepcopy(own), places, known, y, takes_output).backward

        which = "output" if takes_output else "input"
        return HandWritten(
            run,
            self.kind.__name__,
            self.forward_takes + tuple(place.name for place in places),
            () if places else of.optional,
            {n + i: np.array(place.get(original), float) for i, place in enumerate(places)},
            of.defaults,
            phrase(f"derivative-of-{which}") if self.is_derivative else None,
        )


@dataclass
class Running:
    """An instance after its forward; `state` is a copy of it, for a backward that updates weights."""

    layer: Layer
    own: Any
    state: Any
    places: Sequence[Place]
    known: Mapping[str, Any]  # forward's inputs by name
    y: Any
    takes_output: bool

    def backward(self, upstream: Outputs) -> Sequence[Any]:
        """What one backward returns, and leaves on the object."""
        g = upstream[0]
        method = getattr(self.own, self.layer.backward)
        if self.layer.is_derivative:
            return [led_through(method(self.y if self.takes_output else self.first), g)]
        before = {place: np.array(place.get(self.own), float) for place in self.places}
        alone, arguments = self.arguments(g)
        returned = method(**arguments)
        gradients = self.of_inputs(None if returned is self.own else returned, returned_names(method))
        kept = gradients_on(self.own, self.places, before)
        if any((np.asarray(place.get(self.own)) != old).any() for place, old in before.items()):
            self.own = copy.deepcopy(self.state)
        n = len(self.known)
        pairs = zip(gradients[n:], kept, strict=True)
        gradients[n:] = [mine if mine is not None else other for mine, other in pairs]
        return [times(gradient, g) for gradient in gradients] if alone else gradients

    @property
    def first(self) -> Any:
        return next(iter(self.known.values()), None)

    @property
    def prediction(self) -> int:
        return prediction_of(list(self.known)) if len(self.known) > 1 else 0

    def of_inputs(self, returned: Any, names: Sequence[str]) -> list[Any]:
        """The gradients that were returned; that with respect to the input may be left on the object."""
        every = [*self.known, *(place.name for place in self.places)]
        gradients = [] if returned is None else by_input(returned, every, names)
        gradients = [*gradients, *[None] * (len(every) - len(gradients))]
        n = len(self.known)
        if not n:
            return gradients
        if all(gradient is None for gradient in gradients[:n]):
            gradients[self.prediction] = left_on(self.own, list(self.known))
        elif self.layer.is_loss and gradients[self.prediction] is None:
            gradients[:n] = [gradients[0] if i == self.prediction else None for i in range(n)]
        return gradients

    def arguments(self, g: np.ndarray) -> tuple[bool, dict[str, Any]]:
        """The arguments of backward by name, and whether the upstream gradient is none of them.

        A loss's `dout=1` is left out: it is the end of the chain.
        """
        of = self.layer.signature(self.layer.backward)
        upstreams = [name for name in of.optional if is_upstream(name)] if np.ndim(self.y) else []
        takes = [*(of.required or ()), *upstreams]
        truth = self.layer.is_loss and any(map(TRUTH.fullmatch, takes))
        arguments: dict[str, Any] = {}
        used = False
        for name in takes:
            if name in self.known:
                arguments[name] = self.known[name]
            elif truth:
                is_prediction = not TRUTH.fullmatch(name)
                arguments[name] = list(self.known.values())[
                    self.prediction if is_prediction else 1 - self.prediction
                ]
            elif RATE.fullmatch(name):
                arguments[name] = 1.0
            elif not used:
                arguments[name], used = (g if np.ndim(g) else float(g)), True
            else:
                arguments[name] = self.y if OUTPUT.fullmatch(name) else self.first
        return not used, arguments


def output_of(own: Any, result: Any) -> Any:
    """What forward returned, or left on the object where it returned nothing."""
    if result is None or result is own:
        names = ("output", "outputs", "out", "y", "a", "activation", "result", "loss")
        return next(
            (value for name in names if isinstance(value := getattr(own, name, None), np.ndarray)), None
        )
    return result[0] if isinstance(result, tuple) else result


def put(own: Any, place: Place, value: np.ndarray) -> None:
    """Into the array itself, which may be known by other names as well."""
    array = place.get(own)
    array[...] = value


def left_on(own: Any, inputs: Sequence[str]) -> Any:
    """The gradient with respect to the input that backward left on the object, as `dinputs` or `dx`."""
    wanted = {"inputs", "input", "x", *(name.lower() for name in inputs)}
    for name, value in vars(own).items():
        if (
            isinstance(value, np.ndarray)
            and of_gradient(name) in wanted
            and of_gradient(name) != name.lower()
        ):
            return value
    return None
